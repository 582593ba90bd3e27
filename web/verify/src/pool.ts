// A machine with several processors: workers verify transactions, the page or the
// command does the rest.

import type { Bytes } from "./bytes.ts";
import { type Machine, type Verified, breather, verifyAll } from "./machine.ts";

/** Task is a batch of transactions. */
export interface Task {
  readonly id: number;
  readonly chainId: string;
  readonly txs: readonly Bytes[];
}

/** Done is what became of a task. */
export interface Done {
  readonly id: number;
  readonly verified?: Verified[];
  readonly error?: string;
}

/** Worker is somebody to whom tasks are posted. */
export interface Worker {
  post(t: Task): void;
}

/** carryOut is what a worker does. */
export function carryOut(t: Task): Done {
  try {
    return { id: t.id, verified: verifyAll(t.chainId, t.txs) };
  } catch (err) {
    return { id: t.id, error: err instanceof Error ? (err.stack ?? err.message) : String(err) };
  }
}

const batch = 32; // some tens of milliseconds of work

/** pool is a machine with n workers. hire makes one, which answers to done, and tells
 * broken if it cannot go on. */
export function pool(
  n: number,
  hire: (done: (d: Done) => void, broken: (why: string) => void) => Worker,
  giveWay: () => Promise<void>,
  progress: (transactions: number) => void,
): Machine {
  const tasks: Task[] = [];
  const waiting = new Map<number, { resolve: (v: Verified[]) => void; reject: (err: Error) => void }>();
  const idle: Worker[] = [];
  let [next, hired] = [0, 0];
  const assign = (): void => {
    while (tasks.length > 0 && (idle.length > 0 || hired < n)) {
      const worker = idle.pop() ?? employ();
      worker.post(tasks.shift() as Task);
    }
  };
  const employ = (): Worker => {
    hired++;
    const worker: Worker = hire(
      (d) => {
        idle.push(worker);
        const w = waiting.get(d.id);
        waiting.delete(d.id);
        if (d.verified) w?.resolve(d.verified);
        else w?.reject(new Error(d.error ?? "a worker fails"));
        assign();
      },
      (why) => {
        for (const w of waiting.values()) w.reject(new Error(why));
        waiting.clear();
      },
    );
    return worker;
  };
  const send = (chainId: string, txs: readonly Bytes[]): Promise<Verified[]> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      tasks.push({ id, chainId, txs: txs.map((t) => t.slice()) }); // a window would take its whole buffer along
      assign();
    });
  return {
    pause: breather(giveWay, 30),
    progress,
    async verify(chainId, txs) {
      const parts: Promise<Verified[]>[] = [];
      for (let i = 0; i < txs.length; i += batch) parts.push(send(chainId, txs.slice(i, i + batch)));
      return (await Promise.all(parts)).flat();
    },
  };
}
