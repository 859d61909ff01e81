import type { Random } from "../random.js";

/** Values that a reader may not expect where it expects something else. */
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => -0,
  () => 0.1,
  () => 1e308,
  () => 2 ** 53,
  () => "",
  () => "\u0000",
  () => "\ud800",
  () => "__proto__",
  () => "constructor",
  () => "../../etc/passwd",
  () => "a".repeat(5000),
  () => "1.0.0-0.0.0+x",
  () => `>=${"9".repeat(300)}`,
  () => "<0 || >=0 || * || ^1 || ~1.2 - 3",
  () => [],
  () => [[[[[[]]]]]],
  () => Array.from({ length: 2000 }, () => 0),
  () => ({}),
  () => JSON.parse('{"__proto__": {"polluted": true}, "toString": 1, "length": -1}'),
];
const KEYS = ["__proto__", "constructor", "toString", "hasOwnProperty", "", "length", "then", "\u0430"];

type Container = Record<string, unknown> | unknown[];

/** A JSON text with a few of its values, keys and entries changed; the text of something else when it is no JSON. */
export function mutateJson(text: string, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return JSON.stringify(random.pick(ODD)());
  }
  for (let times = 1 + random.below(4); times > 0; times--) {
    const places = containers(value);
    if (places.length === 0) return JSON.stringify(random.pick(ODD)());
    change(random.pick(places), random);
  }
  const out = JSON.stringify(value);
  return random.once(10) ? duplicateKey(out, random) : out;
}

function containers(value: unknown, found: Container[] = [], depth = 0): Container[] {
  if (typeof value !== "object" || value === null || depth > 80) return found;
  found.push(value as Container);
  for (const inner of Object.values(value)) containers(inner, found, depth + 1);
  return found;
}

function change(place: Container, random: Random): void {
  const keys = Object.keys(place);
  const set = (key: string, value: unknown) =>
    Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
  const key = keys.length > 0 ? random.pick(keys) : "0";
  switch (random.below(5)) {
    case 0:
      if (Array.isArray(place)) place.splice(Number(key), 1);
      else delete place[key];
      return;
    case 1:
      if (Array.isArray(place)) place.push(random.pick(ODD)());
      else set(random.pick(KEYS), random.pick(ODD)());
      return;
    case 2:
      // Another value of the same place: what is right for one field is wrong for the other.
      if (!Array.isArray(place) && keys.length > 0) set(random.pick(keys), place[key]);
      return;
    case 3: {
      let nested = random.pick(ODD)();
      for (let depth = random.below(100); depth > 0; depth--)
        nested = random.once(2) ? [nested] : { a: nested };
      if (!Array.isArray(place)) set(key, nested);
      return;
    }
    default:
      if (Array.isArray(place)) place[Number(key)] = random.pick(ODD)();
      else set(key, random.pick(ODD)());
  }
}

function duplicateKey(text: string, random: Random): string {
  const keys = [...text.matchAll(/"[^"\\]+":/g)];
  if (keys.length === 0) return text;
  const { 0: key, index } = random.pick(keys);
  return `${text.slice(0, index)}${key}0,${text.slice(index)}`;
}
