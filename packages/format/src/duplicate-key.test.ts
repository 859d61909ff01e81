import { expect, it } from "vitest";
import { findDuplicateKey } from "./duplicate-key.js";

it.each([
  ['{"a":"a","b":["a",{"a":1}],"c":{"a":{"a":2}}}', undefined],
  ['["a","a",{"a":1},{"a":1}]', undefined],
  ['{"a":"\\"a\\":1,\\"a\\":1"}', undefined],
  ['{"a\\\\":1,"a":1,"\\"a":1}', undefined],
  ['{"A":1,"a":1,"á":1,"a\u0301":1}', undefined],
  ['{"b":{"a":1},"a":[],"a":2}', { key: "a", offset: 20 }],
  ['{"b":[{},{"x":[1,{"y":1}],"x":1}]}', { key: "x", offset: 26 }],
  ['{"\\u0061":1,"\\u0061":1}', { key: "a", offset: 12 }],
  ['{"\\ud83c\\udf4c":1,"🍌":1}', { key: "🍌", offset: 18 }],
  ['{ "a" : { } , "a" : [ ] }', { key: "a", offset: 14 }],
])("finds in %s", (text, found) => {
  JSON.parse(text);
  expect(findDuplicateKey(text)).toEqual(found);
});

it("takes as many keys as a file may have in bounded time", () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `"k${index}":{"a":[0,{"b":1}]}`);
  expect(findDuplicateKey(`{${keys.join()}}`)).toBeUndefined();
  expect(findDuplicateKey(`{${keys.join()},"k7":0}`)).toMatchObject({ key: "k7" });
});
