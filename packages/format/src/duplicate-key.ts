const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A key that an object has twice, and where in the text it is for the second time. */
export interface DuplicateKey {
  key: string;
  offset: number;
}

/**
 * The first key that is twice in one object, compared after decoding escapes. One pass without building a tree, since
 * headers and base cards can have hundreds of thousands of keys.
 * @param text JSON that JSON.parse takes
 */
export function findDuplicateKey(text: string): DuplicateKey | undefined {
  /** The keys of each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      const end = endOfString(text, i);
      if (isKey) {
        const keys = open.at(-1)!;
        const key = JSON.parse(text.slice(i, end + 1)) as string;
        if (keys.has(key)) return { key, offset: i };
        keys.add(key);
        isKey = false;
      }
      i = end;
    } else if (char === OPEN_OBJECT) {
      open.push(new Set());
      isKey = true;
    } else if (char === OPEN_ARRAY) {
      open.push(undefined);
      isKey = false;
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      open.pop();
      isKey = false;
    } else if (char === COMMA) isKey = open.at(-1) !== undefined;
  }
  return undefined;
}

/** Offset of the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; ; i++) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i++;
    else if (char === QUOTE) return i;
  }
}
