import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, utf8 } from "../src/bytes.ts";
import { type Rules, Tally, badRule, ballotHash, broken, parsePackage } from "../src/ballot.ts";

const rules = (r: Partial<Rules>): Rules => ({
  maxCount: 1,
  maxValue: 0,
  maxVoteOverwrites: 0,
  maxTotalCost: 0,
  costExponent: 0,
  uniqueValues: false,
  costFromWeight: false,
  ...r,
});

test("ballots are read from their packages", () => {
  const cases: [string, number[]][] = [
    ['{"nonce":"fd2d4478b19dd5c14","votes":[1]}', [1]],
    ['{"votes":[0,1,4294967295]}', [0, 1, 4294967295]],
    ['{"votes":[3],"nonce":""}', [3]],
    ['{"votes":[]}', []],
    ['{"votes":[ ]}', []],
    [' \t\r\n{ "nonce" : "AbC" , "votes" : [ 1 , 2 ] } \n', [1, 2]],
    [`{"nonce":"${"0".repeat(64)}","votes":[7]}`, [7]],
    [`{"votes":[0${",0".repeat(63)}]}`, new Array<number>(64).fill(0)],
  ];
  for (const [pkg, values] of cases) assert.deepEqual(parsePackage(utf8(pkg)), values, pkg);
});

test("packages that are not ballots are refused", () => {
  const cases = [
    "", "null", "[1]", "{}", '{"nonce":"00"}', '{"votes":[1]', '{"votes":[1]}x', '{"votes":[1]}{"votes":[1]}', '{"votes":[1]}\0',
    '{"votes":[1],}', '{,"votes":[1]}', '{"votes":[1],"votes":[1]}', '{"nonce":"","nonce":"","votes":[1]}', '{"Votes":[1]}',
    '{"\\u0076otes":[1]}', '{"votes":[1],"memo":1}', '{"votes":null}', '{"votes":1}', '{"votes":["1"]}', '{"votes":[-1]}', '{"votes":[+1]}',
    '{"votes":[01]}', '{"votes":[00]}', '{"votes":[1.0]}', '{"votes":[1e2]}', '{"votes":[4294967296]}', '{"votes":[99999999999999999999999999]}',
    '{"votes":[1 2]}', '{"votes":[1,]}', '{"votes":[,1]}', '{"votes":[[1]]}', `{"votes":[0${",0".repeat(64)}]}`, '{"nonce":"0g","votes":[7]}',
    `{"nonce":"${"0".repeat(65)}","votes":[7]}`, '{"nonce":"\\u0030","votes":[7]}', '{"nonce":"00,"votes":[7]}', '{"nonce":12,"votes":[7]}',
    '{"nonce":null,"votes":[7]}', '\ufeff{"votes":[1]}', '{"votes":[1]}\v', '{"votes":[1],"nonce":"0"', `{"votes":[1]}${" ".repeat(8192)}`,
  ];
  for (const pkg of cases) assert.equal(parsePackage(utf8(pkg)), undefined, pkg);
  assert.equal(parsePackage(Uint8Array.of(0xff)), undefined);
});

test("the ballot hash is that of the specification", () => {
  assert.equal(hex(ballotHash(utf8("ab"), utf8("c"))), "c150b536a0d7450f5d040d8dac8f6924ce08e5f015c594e343e9e485463ef3bb");
});

test("rules have bounds", () => {
  const good = { maxCount: 64, maxValue: 63, maxVoteOverwrites: 30, costExponent: 3, maxTotalCost: 4294967295 };
  assert.equal(badRule(rules(good)), undefined);
  assert.equal(badRule(rules({ ...good, maxCount: 0 })), "maxCount");
  assert.equal(badRule(rules({ ...good, maxCount: 65, maxValue: 0 })), "maxCount");
  assert.equal(badRule(rules({ ...good, maxValue: 64 })), "maxValue");
  assert.equal(badRule(rules({ maxValue: 4294967295 })), "maxValue");
  assert.equal(badRule(rules({ ...good, costExponent: 4 })), "costExponent");
  assert.equal(badRule(rules({ ...good, maxVoteOverwrites: 31 })), "maxVoteOverwrites");
});

test("the first rule that a ballot breaks is named", () => {
  const all = rules({ maxCount: 2, maxValue: 3, uniqueValues: true, maxTotalCost: 4, costExponent: 1 });
  const cases: [Rules, number[], bigint, string | undefined][] = [
    [all, [], 1n, undefined],
    [all, [1, 3], 1n, undefined],
    [all, [1, 1, 9], 1n, "maxCount"],
    [all, [9, 9], 1n, "maxValue"],
    [all, [3, 3], 1n, "uniqueValues"],
    [all, [3, 2], 1n, "maxTotalCost"],
    [rules({ maxCount: 3, costFromWeight: true, costExponent: 2 }), [2, 2, 0], 9n, undefined],
    [rules({ maxCount: 3, costFromWeight: true, costExponent: 2 }), [3, 1, 0], 9n, "costFromWeight"],
    [rules({ maxCount: 2, maxTotalCost: 1 }), [0, 7], 1n, "maxTotalCost"], // 0 to the power of 0 is 1
    [rules({ costExponent: 3, costFromWeight: true }), [4294967295], (2n ** 32n - 1n) ** 3n, undefined],
    [rules({ costExponent: 3, costFromWeight: true }), [4294967295], (2n ** 32n - 1n) ** 3n - 1n, "costFromWeight"],
  ];
  for (const [r, values, weight, want] of cases) assert.equal(broken(r, values, weight), want, `${values}`);
});

test("the examples of the specification are counted so", () => {
  const cases: [Rules, [number[], bigint][], string[][], bigint][] = [
    [rules({ maxCount: 3 }), [[[1, 2, 3], 10n], [[0, 3, 1], 5n]], [["10"], ["35"], ["35"]], 15n],
    [rules({ maxCount: 3, costFromWeight: true, costExponent: 2 }), [[[2, 2, 0], 9n]], [["2"], ["2"], ["0"]], 9n],
    [rules({ maxCount: 2, maxValue: 2 }), [[[0, 2], 1n], [[0, 1], 7n], [[1], 2n]], [["8", "2", "0"], ["0", "7", "1"]], 10n],
    [rules({ maxCount: 1, maxValue: 1 }), [[[], 4n]], [["0", "0"]], 4n],
  ];
  for (const [r, ballots, cells, weight] of cases) {
    const t = Tally.of(r);
    for (const [values, w] of ballots) t.add(r, values, w);
    assert.deepEqual(t.strings(), cells);
    assert.equal(t.weight, weight);
    const again = Tally.of(r);
    for (const [values, w] of [...ballots, ...ballots]) again.add(r, values, w);
    for (const [values, w] of ballots) again.add(r, values, w, -1n);
    assert.deepEqual(again, t);
  }
});
