import type { RefObject } from 'react';
import { Labelled } from '../kit/fields.tsx';

/** The code of an authenticator app, as the page's forms ask for it. */
export function CodeField({
  label,
  note,
  value,
  change,
  field,
}: {
  readonly label: string;
  readonly note?: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly field: RefObject<HTMLInputElement | null>;
}) {
  return (
    <Labelled label={label} note={note}>
      {(ids) => (
        <input
          {...ids}
          ref={field}
          className="Input Number"
          required
          maxLength={64}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Labelled>
  );
}
