/** Tables as CSV (RFC 4180) that spreadsheets do not run. */

// What spreadsheets take for the beginning of a formula, or skip before one, also as full-width forms (U+FF0B, U+FF0D,
// U+FF1D, U+FF20, U+FF5C).
const dangerous = /^[\s\0]*[=+\-@|\t\r\n\0＝＋－＠｜]/;

/** One cell: what could be a formula begins with an apostrophe. */
export function csvCell(value: string): string {
  const safe = dangerous.test(value) || /^[\t\r\n\0]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** Hands a file to the browser. */
export function download(name: string, text: string, type = 'text/csv'): void {
  downloadFile(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

export function downloadFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
