/** A table of any length: only the rows in sight are in the document. The first link of a row opens it. */
import { dataTableTexts } from '#portal-texts/kit.ts';
import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import type { ColumnDef, RowData } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useShortcuts } from '../shell/shortcuts.ts';

const features = tableFeatures({});
type Features = typeof features;
export type Columns<Row extends RowData> = ColumnDef<Features, Row>[];
export const columnsOf = <Row extends RowData>() => createColumnHelper<Features, Row>();

const rowHeight = 36;
const rowsFromEnd = 20;

export function DataTable<Row extends RowData>({
  label,
  rows,
  columns,
  widths,
  idOf,
  nearEnd,
  end,
  atTop,
}: {
  readonly label: string;
  readonly rows: Row[];
  readonly columns: Columns<Row>;
  /** Of the columns, as CSS grid tracks. */
  readonly widths: string;
  readonly idOf: (row: Row) => string;
  /** Called when the last rows come into sight. */
  readonly nearEnd?: () => void;
  /** What stands after the last row. */
  readonly end?: ReactNode;
  /** Told whether the first row is in sight. */
  readonly atTop?: (isAtTop: boolean) => void;
}) {
  const table = useTable({ features, columns, data: rows, getRowId: idOf });
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (at) => table.getRowModel().rows[at]?.id ?? at,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const activeAt = rows.findIndex((row) => idOf(row) === active);

  useEffect(() => {
    if (last >= rows.length - rowsFromEnd && rows.length > 0) nearEnd?.();
  }, [last, rows.length, nearEnd]);

  function move(to: number): void {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[at];
    if (row === undefined) return;
    setActive(idOf(row));
    virtual.scrollToIndex(at);
    // The row may only now come into the document.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        box.current?.querySelector<HTMLElement>(`[data-index="${at}"] a`)?.focus({ preventScroll: true });
      }),
    );
  }
  useShortcuts(dataTableTexts.inTheList, [
    { keys: 'j', words: dataTableTexts.next, run: () => move(activeAt + 1) },
    { keys: 'k', words: dataTableTexts.previous, run: () => move(activeAt - 1) },
  ]);

  return (
    <div
      className="TableBox"
      ref={box}
      // Without rows that take the focus it must be possible to scroll by keys.
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={(event) => atTop?.(event.currentTarget.scrollTop < rowHeight)}
    >
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="Table">
        <div role="rowgroup" className="TableHead">
          {table.getHeaderGroups().map((group) => (
            <div
              role="row"
              aria-rowindex={1}
              key={group.id}
              className="TableRow"
              style={{ gridTemplateColumns: widths }}
            >
              {group.headers.map((header) => (
                <div role="columnheader" key={header.id}>
                  {header.isPlaceholder ? null : <table.FlexRender header={header} />}
                </div>
              ))}
            </div>
          ))}
        </div>
        <div role="rowgroup" className="TableBody" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = table.getRowModel().rows[item.index];
            return row === undefined ? null : (
              <div
                role="row"
                key={item.key}
                aria-rowindex={item.index + 2}
                data-index={item.index}
                data-active={row.id === active}
                className="TableRow"
                onFocus={() => setActive(row.id)}
                style={{ gridTemplateColumns: widths, transform: `translateY(${item.start}px)` }}
              >
                {row.getAllCells().map((cell) => (
                  <div role="cell" key={cell.id}>
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {end === undefined ? null : <div className="TableEnd">{end}</div>}
    </div>
  );
}
