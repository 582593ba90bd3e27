// What the metadata of an election say, as far as clients agree on their form. Only
// words for people depend on it.

import { type Bytes, text } from "./bytes.ts";

export interface Choice {
  readonly title: string;
  readonly value: number;
}

export interface Question {
  readonly title: string;
  readonly choices: readonly Choice[];
}

export interface Description {
  readonly title: string;
  readonly questions: readonly Question[];
}

/** describe reads metadata; undefined if they are in no form that it knows. */
export function describe(b: Bytes): Description | undefined {
  try {
    const m = object(JSON.parse(text(b) ?? ""));
    const questions = list(m["questions"]).map((q) => ({
      title: words(object(q)["title"]),
      choices: list(object(q)["choices"]).map((c) => ({ title: words(object(c)["title"]), value: Number(object(c)["value"]) })),
    }));
    return { title: words(m["title"]), questions };
  } catch {
    return undefined;
  }
}

function object(v: unknown): Record<string, unknown> {
  return typeof v === "object" && v !== null ? (v as Record<string, unknown>) : {};
}

function list(v: unknown): unknown[] {
  return Array.isArray(v) ? v : [];
}

/** words are a text in several languages, or in one. */
function words(v: unknown): string {
  const one = typeof v === "string" ? v : object(v)["default"];
  return typeof one === "string" ? one : "";
}
