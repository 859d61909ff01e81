/**
 * Address where npm's registry, and those that are made after it, have a version's tarball. Others have it elsewhere, and
 * say where in the name's document.
 * @param registry ends with a slash
 */
export function usualTarballUrl(registry: string, name: string, version: string): string {
  return `${registry}${name}/-/${name.slice(name.indexOf("/") + 1)}-${version}.tgz`;
}
