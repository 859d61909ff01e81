import { isBananaError } from "@banana-peel/format";
import { compareLock } from "../lock-state.js";
import { mapLimit } from "../map-limit.js";
import { contextOf, type ProjectOptions } from "../options.js";
import type { Project } from "../project/read-project.js";
import { openProject } from "../project/with-project.js";
import { createCatalogue } from "../registry/catalogue.js";
import type { DocumentContext } from "../registry/document.js";
import { type AuditFinding, finding } from "./finding.js";
import { auditLocal } from "./local.js";
import { auditAdvisories, auditListed } from "./registry.js";

/** What an audit looked at and found. */
export interface AuditReport {
  /** Locked peels, all of which were looked at. */
  readonly peels: number;
  /** Registries that were asked; empty when offline. */
  readonly registries: readonly string[];
  /** Errors first, then by name. */
  readonly findings: readonly AuditFinding[];
  readonly errors: number;
  readonly warnings: number;
  readonly milliseconds: number;
}

/** Peels looked at at once. */
const PARALLEL = 8;

/**
 * Looks at every locked peel of a project and changes nothing: its files and their signature, its signer against the
 * policy, and, unless offline, what its registry says now: whether the version is there with the same digest, is
 * deprecated, or has an advisory. What couldn't be looked up is an error too.
 * @throws BananaError of the project's files; CANCELLED
 */
export async function auditPeels(options: ProjectOptions): Promise<AuditReport> {
  const started = performance.now();
  const context = await contextOf(options);
  const project = await openProject(options.project, context.disk);
  const entries = Object.entries(project.lock.peels);
  const local = await mapLimit(entries, PARALLEL, ([name, entry]) =>
    auditLocal(name, entry, project, context.disk),
  );
  const findings = [...auditLock(project), ...local.flatMap(settled)];
  const registries = [...new Set(entries.map(([, { registry }]) => registry))].sort();
  if (!options.offline)
    for (const registry of registries) findings.push(...(await auditRegistry(registry, project, context)));
  findings.sort(inOrder);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return {
    peels: entries.length,
    registries: options.offline ? [] : registries,
    findings,
    errors,
    warnings: findings.length - errors,
    milliseconds: performance.now() - started,
  };
}

function auditLock(project: Project): AuditFinding[] {
  const { problem } = compareLock(project);
  if (problem === undefined) return [];
  return [finding("outdated", {}, { message: problem.message, hint: "Run banana-peel install." })];
}

async function auditRegistry(
  registry: string,
  project: Project,
  { config, request, signal }: DocumentContext,
): Promise<AuditFinding[]> {
  const fixed = { config: { ...config, registryFor: () => registry }, request, signal };
  const entries = Object.entries(project.lock.peels).filter(([, entry]) => entry.registry === registry);
  const catalogue = createCatalogue(fixed.config, { signal, ...(request ? { request } : {}) });
  const listed = await mapLimit(entries, PARALLEL, ([name, entry]) =>
    orUnchecked(auditListed(name, entry, catalogue), { name, version: entry.version }),
  );
  const locked = new Map(entries.map(([name, { version }]) => [name, version]));
  return [...listed.flatMap(settled), ...(await orUnchecked(auditAdvisories(registry, locked, fixed), {}))];
}

async function orUnchecked(
  work: Promise<AuditFinding[]>,
  of: { name?: string; version?: string },
): Promise<AuditFinding[]> {
  try {
    return await work;
  } catch (error) {
    if (!isBananaError(error) || error.code === "CANCELLED") throw error;
    const { code, message, where } = error;
    return [
      finding("unchecked", of, {
        message: `${code}: ${message}${where === undefined ? "" : ` (${where})`}`,
        hint: "Run the audit again when the registry answers, or with --offline.",
      }),
    ];
  }
}

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

function inOrder(a: AuditFinding, b: AuditFinding): number {
  const key = ({ severity, name = "", kind }: AuditFinding) => `${severity} ${name} ${kind}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}
