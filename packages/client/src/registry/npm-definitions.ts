import url from "node:url";

/** npm's description of its settings, as far as it says what a value may be. */
type Definitions = Readonly<Record<string, { readonly type: unknown }>>;

/**
 * npm's settings, with addresses as text. npm's reader hands an address to `url.parse`, which takes what is none
 * (`http://a:80[80`, a host of another name), warns of it, and in newer versions of Node throws. What a request needs
 * is parsed as a URL where it is used.
 */
export function withPlainAddresses<T extends Definitions>(definitions: T): T {
  const plain = Object.entries(definitions).map(([key, definition]) => {
    const types: unknown[] = [definition.type].flat();
    if (!types.includes(url)) return [key, definition];
    const type = types.map((each) => (each === url ? String : each));
    // A definition has methods of its class.
    return [key, Object.create(definition, { type: { value: type, enumerable: true } })];
  });
  return Object.fromEntries(plain) as T;
}
