/** Fields of filters and forms. */
import { fieldsTexts } from '#portal-texts/kit.ts';
import { useEffect, useId, useState } from 'react';
import type { ComponentProps, ReactNode } from 'react';
import { fromLocalInput, toLocalInput } from './times.ts';

/** A filter with changes. What is cleared is left out, so that it is not in the address either. */
export function changed<Filter extends object>(
  filter: Filter,
  changes: { readonly [Name in keyof Filter]?: Filter[Name] | undefined },
): Filter {
  const entries = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Filter;
}

const settleMs = 350;

/** A text filter: it counts when typing pauses, or at Enter. */
export function FilterText({
  label,
  value,
  change,
  isWide = false,
  ...rest
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly change: (value: string | undefined) => void;
  readonly isWide?: boolean;
} & Omit<ComponentProps<'input'>, 'value' | 'onChange'>) {
  const [typed, setTyped] = useState(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  const settle = () => {
    const next = typed.trim();
    if (next !== (value ?? '')) change(next === '' ? undefined : next);
  };
  useEffect(() => {
    const timer = setTimeout(settle, settleMs);
    return () => clearTimeout(timer);
    // Only typing starts it.
  }, [typed]);
  return (
    <input
      {...rest}
      className={isWide ? 'Field Field-wide' : 'Field'}
      aria-label={label}
      placeholder={label}
      value={typed}
      data-set={value !== undefined}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => (event.key === 'Enter' ? settle() : undefined)}
    />
  );
}

interface Range {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Two times between which something happened, as the browser's own fields. */
export function FilterRange({
  range: { from, to },
  change,
}: {
  readonly range: Range;
  readonly change: (range: Range) => void;
}) {
  const field = (words: string, value: string | undefined, set: (given: string | undefined) => void) => (
    <label className="FieldTime">
      {words}
      <input
        className="Field"
        type="datetime-local"
        value={toLocalInput(value)}
        data-set={value !== undefined}
        onChange={(event) => set(fromLocalInput(event.target.value))}
      />
    </label>
  );
  return (
    <>
      {field(fieldsTexts.from, from, (given) => change({ from: given }))}
      {field(fieldsTexts.to, to, (given) => change({ to: given }))}
    </>
  );
}

export function FilterSelect({
  label,
  value,
  change,
  options,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly change: (value: string | undefined) => void;
  readonly options: readonly (readonly [string, string])[];
}) {
  return (
    <select
      className="Field Select"
      aria-label={label}
      value={value ?? ''}
      data-set={value !== undefined}
      onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
    >
      <option value="">{label}</option>
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}

export function Labelled({
  label,
  note,
  children,
}: {
  readonly label: string;
  readonly note?: ReactNode;
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby'?: string }) => ReactNode;
}) {
  const id = useId();
  const noteId = useId();
  return (
    <div className="Labelled">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(note === undefined ? {} : { 'aria-describedby': noteId }) })}
      {note === undefined ? null : (
        <p id={noteId} className="Note">
          {note}
        </p>
      )}
    </div>
  );
}
