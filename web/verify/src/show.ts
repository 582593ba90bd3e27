// A verdict as elements of the page.

import { newer } from "./newer.ts";
import { checks } from "./report.ts";
import type { Verdict } from "./verify.ts";
import { facts, headline, meaning, message, results } from "./words.ts";

type Content = Node | string;

/** element makes an element with attributes and content. Text is never read as HTML. */
export function element(name: string, attributes: Record<string, string>, ...content: Content[]): HTMLElement {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...content);
  return e;
}

/** show is a verdict as an article, among the others that were asked for. */
export function show(v: Verdict, all: readonly Verdict[]): HTMLElement {
  const tone = v.error !== undefined ? "bad" : v.trusted ? "good" : "open";
  const { shows, doesNotShow } = meaning(v);
  return element(
    "article",
    { "data-verdict": tone },
    element("h3", {}, v.name),
    element("p", { class: `headline ${tone}` }, headline(v)),
    ...(v.error === undefined ? [] : [element("p", {}, message(v.error))]),
    ...newer(v, all).map((n) => element("p", { class: "newer" }, n)),
    ...list("It shows", shows),
    ...list("It does not show", doesNotShow),
    definitions(facts(v)),
    ...resultTables(v),
    ...checkTable(v),
  );
}

function list(title: string, items: readonly string[]): HTMLElement[] {
  if (items.length === 0) return [];
  return [element("h4", {}, title), element("ul", {}, ...items.map((i) => element("li", {}, i)))];
}

function definitions(pairs: readonly (readonly [string, string])[]): HTMLElement {
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function table(caption: string, head: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const titles = head.map((h) => element("th", { scope: "col" }, h));
  const t = element("table", {}, element("caption", {}, caption), element("thead", {}, element("tr", {}, ...titles)), element("tbody", {}, ...rows));
  return element("div", { class: "scroll" }, t);
}

function resultTables(v: Verdict): HTMLElement[] {
  if (!v.outcome?.closing || v.error !== undefined) return [];
  const rows = results(v.outcome);
  const questions = [...new Set(rows.map((r) => r.question))];
  return questions.map((q) => {
    const own = rows.filter((r) => r.question === q);
    const cells = own.map((r) => element("tr", {}, element("th", { scope: "row" }, r.choice), element("td", { class: "number" }, r.amount)));
    return table(`Result: ${q}`, ["choice", "weight of the votes"], cells);
  });
}

function checkTable(v: Verdict): HTMLElement[] {
  if (v.checks.length === 0) return [];
  const tones = { passed: "good", failed: "bad", "not checked": "open" } as const;
  const rows = v.checks.map((c) =>
    element(
      "tr",
      { "data-check": c.id, "data-status": c.status },
      element("th", { scope: "row" }, c.id),
      element("td", { title: checks[c.id].text }, c.name),
      element("td", { class: tones[c.status] }, c.status),
      element("td", { class: "number" }, c.status === "not checked" ? "" : String(c.items)),
      element("td", { class: "detail" }, c.detail ?? ""),
    ),
  );
  return [table("Checks", ["number", "check", "", "items", "remarks"], rows)];
}
