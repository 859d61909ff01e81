/** What can be wrong with a peel of a project. */
export type AuditKind =
  /** The registry's operator or author has published an advisory. */
  | "advisory"
  /** The author has deprecated the version. */
  | "deprecated"
  /** The registry no longer has the version. */
  | "gone"
  /** The registry promises another digest than the one that is locked. */
  | "integrity"
  /** The trust policy doesn't accept the signer. */
  | "untrusted"
  /** What is installed was signed by another key than the one that is locked. */
  | "signer"
  /** What is installed is another version, or says other things than the lockfile. */
  | "changed"
  /** The signature doesn't verify: files were changed, added or removed. */
  | "unverifiable"
  /** It is locked but not installed. */
  | "missing"
  /** The lockfile doesn't match banana.json or the bases. */
  | "outdated"
  /** A registry didn't answer, so that this peel wasn't looked up. */
  | "unchecked";

/** One thing that an audit found. */
export interface AuditFinding {
  readonly kind: AuditKind;
  /** error: the project must not be used as it is. warning: somebody should look. */
  readonly severity: "error" | "warning";
  /** The peel; undefined for what concerns the project as a whole. */
  readonly name: string | undefined;
  /** The locked version. */
  readonly version: string | undefined;
  readonly message: string;
  /** The mend, as an instruction. */
  readonly hint: string;
  /** Address of an advisory. */
  readonly url?: string | undefined;
}

const SEVERITY: Readonly<Record<AuditKind, AuditFinding["severity"]>> = {
  advisory: "error",
  deprecated: "warning",
  gone: "warning",
  integrity: "error",
  untrusted: "error",
  signer: "error",
  changed: "error",
  unverifiable: "error",
  missing: "warning",
  outdated: "warning",
  unchecked: "error",
};

/** A finding of a kind, with the kind's severity. */
export function finding(
  kind: AuditKind,
  of: { name?: string; version?: string | undefined },
  text: { message: string; hint: string; url?: string | undefined; severity?: AuditFinding["severity"] },
): AuditFinding {
  const { message, hint, url, severity = SEVERITY[kind] } = text;
  const { name, version } = of;
  return { kind, severity, name, version, message, hint, ...(url === undefined ? {} : { url }) };
}
