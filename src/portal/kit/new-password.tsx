import { newPasswordTexts } from '#portal-texts/forms.ts';
import { useState } from 'react';
import { Labelled } from './fields.tsx';

/** A password that is chosen. It can be looked at, so it is typed once; what the server refuses, its answer says. */
export function NewPassword({
  label,
  email,
  value,
  change,
}: {
  readonly label: string;
  /** For the browser's password manager. */
  readonly email: string;
  readonly value: string;
  readonly change: (value: string) => void;
}) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <input className="Hidden" type="email" autoComplete="username" aria-hidden tabIndex={-1} readOnly value={email} />
      <Labelled label={label} note={newPasswordTexts.note}>
        {(ids) => (
          <input
            {...ids}
            className="Input"
            type={isShown ? 'text' : 'password'}
            required
            minLength={12}
            autoComplete="new-password"
            autoCapitalize="off"
            spellCheck={false}
            value={value}
            onChange={(event) => change(event.target.value)}
          />
        )}
      </Labelled>
      <label className="Check">
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        {newPasswordTexts.show}
      </label>
    </>
  );
}
