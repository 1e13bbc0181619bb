/** Rows of a CSV below its header; a line break within quotes ends no row. */
export function csvRows(text: string): number {
  const rows = text.replaceAll(/"[^"]*"/g, '').split('\n')
  return Math.max(0, rows.filter((row) => row.trim() !== '').length - 1)
}
