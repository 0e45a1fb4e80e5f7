/** Columns as Go's tabwriter aligns them for Docker: at least `widthMin` wide, three spaces between. */
export function renderTable(rows: readonly (readonly string[])[], widthMin = 10): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (column < row.length - 1) widths[column] = Math.max(widths[column] ?? 0, widthMin, displayWidth(cell) + 3)
    })
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell))))
        .join('')
        .concat('\n'),
    )
    .join('')
}

/** Columns a text takes on a terminal, colour codes left out. */
function displayWidth(text: string): number {
  return [...text.replace(colourCodes, '')].length
}
const colourCodes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
