// Generated from schemas/ by `npm run generate`. Do not edit.

/**
 * banana.json, what an app asks for. Specification: docs/specification/lock.md.
 */
export interface ProjectManifest {
  $schema?: string;
  formatVersion: 1;
  /**
   * Folders that hold a base card, relative to banana.json or absolute.
   *
   * @maxItems 32
   */
  bases?: string[];
  /**
   * The peels that the app wants: name to semver range or dist-tag.
   */
  peels?: {
    [k: string]: string;
  };
  /**
   * Semver ranges that hold instead of what peels say of a name in dependencies and conflicts.
   */
  overrides?: {
    [k: string]: string;
  };
  /**
   * Exclusive roles that several peels of the project may hold, because the app puts one of them in force at a time.
   *
   * @maxItems 100
   */
  sharedRoles?: string[];
  /**
   * The trust policy: accepted signers (key fingerprints) for a name or for a whole scope (@scope/*). The longest match decides.
   */
  trust?: {
    /**
     * @minItems 1
     * @maxItems 100
     */
    [k: string]: string[];
  };
}
