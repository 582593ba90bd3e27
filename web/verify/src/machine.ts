// What a verifier needs of the machine it runs on: somebody who checks signatures,
// perhaps on several processors, and a way to let others work.

import type { Bytes } from "./bytes.ts";
import { type Signature, keysOf } from "./commit.ts";
import { Failure, type ID } from "./report.ts";
import { type Tx, verifyTx } from "./tx.ts";

/** Verified is a transaction, or the check that it fails. */
export type Verified = Tx | { readonly failed: ID; readonly detail: string };

/** Machine is what runs a verifier. */
export interface Machine {
  /** verify verifies transactions; results come in their order. */
  verify(chainId: string, txs: readonly Bytes[]): Promise<Verified[]>;

  /** keysOf finds the keys to which signatures of validators lead, in their order. */
  keysOf(list: readonly Signature[]): Promise<(Bytes | undefined)[]>;

  /** pause lets others work, if it is time for it. */
  pause(): Promise<void>;

  /** progress is told how many transactions are checked. */
  progress(transactions: number): void;
}

/** verifyAll verifies transactions one after the other. */
export function verifyAll(chainId: string, txs: readonly Bytes[]): Verified[] {
  return txs.map((raw) => {
    try {
      return verifyTx(chainId, raw);
    } catch (err) {
      if (err instanceof Failure) return { failed: err.check, detail: err.detail };
      throw err;
    }
  });
}

/** breather returns a pause that gives way when some milliseconds have passed. */
export function breather(giveWay: () => Promise<void>, milliseconds: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await giveWay();
    since = performance.now();
  };
}

/** alone is a machine with one processor. */
export function alone(giveWay: () => Promise<void>, progress: (transactions: number) => void): Machine {
  const pause = breather(giveWay, 30);
  const oneByOne = async <T, U>(list: readonly T[], work: (one: readonly T[]) => U[]): Promise<U[]> => {
    const out: U[] = [];
    for (const t of list) {
      out.push(...work([t]));
      await pause();
    }
    return out;
  };
  return {
    pause,
    progress,
    verify: (chainId, txs) => oneByOne(txs, (one) => verifyAll(chainId, one)),
    keysOf: (list) => oneByOne(list, keysOf),
  };
}
