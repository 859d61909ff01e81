/** An address without user name, password and query, for messages. */
export function withoutSecrets(url: string): string {
  const { origin, protocol, host, pathname } = new URL(url);
  return (origin === "null" ? `${protocol}//${host}` : origin) + pathname;
}
