/** Prints items as a table with a header, its last column of any width, or with `--json` as one JSON list. */
export function printList(
  names: readonly string[],
  items: readonly Readonly<Record<string, string | null>>[],
  isJson: boolean,
): void {
  if (isJson) {
    process.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
    return;
  }
  const rows = [names.map(heading), ...items.map((item) => names.map((name) => item[name] ?? '-'))];
  const widths = names.map((_name, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  process.stdout.write(rows.map((row) => `${line(row).trimEnd()}\n`).join(''));
}

function heading(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
}
