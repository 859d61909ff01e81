/**
 * A tensor's module and role, when its name ends in one of the roles.
 * @param roles endings without the dot before them
 */
export function splitRole(
  name: string,
  roles: readonly string[],
): readonly [module: string, role: string] | undefined {
  for (const role of roles)
    if (name.endsWith(`.${role}`) && name.length > role.length + 1)
      return [name.slice(0, -role.length - 1), role];
  return undefined;
}
