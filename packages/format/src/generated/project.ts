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
