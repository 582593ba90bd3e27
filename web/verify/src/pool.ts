// A machine with several processors: workers check signatures, the page or the command
// does the rest.

import type { Bytes } from "./bytes.ts";
import { type Signature, keysOf } from "./commit.ts";
import { type Machine, type Verified, breather, verifyAll } from "./machine.ts";

/** Work is a batch of transactions, or of signatures of validators. */
export type Work = { readonly chainId: string; readonly txs: readonly Bytes[] } | { readonly signatures: readonly Signature[] };

/** Found is what is found out, in the order of the work. */
type Found = Verified[] | (Bytes | undefined)[];

/** Task is work with a number. */
export interface Task {
  readonly id: number;
  readonly work: Work;
}

/** Done is what became of a task. */
export interface Done {
  readonly id: number;
  readonly found?: Found;
  readonly error?: string;
}

/** Worker is somebody to whom tasks are posted. */
export interface Worker {
  post(t: Task): void;
}

/** carryOut is what a worker does. */
export function carryOut(t: Task): Done {
  try {
    return { id: t.id, found: "txs" in t.work ? verifyAll(t.work.chainId, t.work.txs) : keysOf(t.work.signatures) };
  } catch (err) {
    return { id: t.id, error: err instanceof Error ? (err.stack ?? err.message) : String(err) };
  }
}

const batch = 32; // some tens of milliseconds of work
const few = 4; // signatures are checked sooner than handed over

/** pool is a machine with n workers. hire makes one, which answers to done, and tells
 * broken if it cannot go on. */
export function pool(
  n: number,
  hire: (done: (d: Done) => void, broken: (why: string) => void) => Worker,
  giveWay: () => Promise<void>,
  progress: (transactions: number) => void,
): Machine {
  const office = new Office(n, hire);
  const batches = <T>(list: readonly T[]): T[][] => Array.from({ length: Math.ceil(list.length / batch) }, (_, i) => list.slice(i * batch, (i + 1) * batch));
  // A window would take the whole of its buffer along.
  const own = (b: Bytes): Bytes => b.slice();
  return {
    pause: breather(giveWay, 30),
    progress,
    async verify(chainId, txs) {
      const parts = batches(txs).map((some) => office.send({ chainId, txs: some.map(own) }));
      return (await Promise.all(parts)).flat() as Verified[];
    },
    async keysOf(list) {
      if (list.length <= few) return keysOf(list);
      const parts = batches(list).map((some) => office.send({ signatures: some.map((s) => ({ hash: own(s.hash), signature: own(s.signature) })) }));
      return (await Promise.all(parts)).flat() as (Bytes | undefined)[];
    },
  };
}

/** Office gives work to workers, who are hired when there is some. */
class Office {
  private readonly tasks: Task[] = [];
  private readonly waiting = new Map<number, { resolve: (f: Found) => void; reject: (err: Error) => void }>();
  private readonly idle: Worker[] = [];
  private next = 0;
  private hired = 0;

  constructor(
    private readonly n: number,
    private readonly hire: (done: (d: Done) => void, broken: (why: string) => void) => Worker,
  ) {}

  send(work: Work): Promise<Found> {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.tasks.push({ id, work });
      this.assign();
    });
  }

  private assign(): void {
    while (this.tasks.length > 0 && (this.idle.length > 0 || this.hired < this.n)) {
      const worker = this.idle.pop() ?? this.employ();
      worker.post(this.tasks.shift() as Task);
    }
  }

  private employ(): Worker {
    this.hired++;
    const worker: Worker = this.hire(
      (d) => {
        this.idle.push(worker);
        const w = this.waiting.get(d.id);
        this.waiting.delete(d.id);
        if (d.found) w?.resolve(d.found);
        else w?.reject(new Error(d.error ?? "a worker fails"));
        this.assign();
      },
      (why) => {
        for (const w of this.waiting.values()) w.reject(new Error(why));
        this.waiting.clear();
      },
    );
    return worker;
  }
}
