/** Runs the case that the first argument names and sends its rows to the parent process. */
const { default: run } = await import(process.argv[2]);
const rows = await run();
if (!Array.isArray(rows) || rows.length === 0) throw new Error("expected rows from a benchmark, found none");
process.send(rows, () => process.exit(0));
