import { passwordFormTexts } from '#portal-texts/shell.ts';
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../api/types.ts';
import { Labelled } from '../kit/fields.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { CodeField } from './code-field.tsx';
import { usePasswordCall } from './use-password-call.ts';

/** Signs in by a password and a code, which are sent at once: the answer is one for both. */
export function PasswordForm({ goIn }: { readonly goIn: (session: Session) => Promise<void> }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const first = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const { send, isBusy, problem } = usePasswordCall('/v1/portal/session/password', goIn, () =>
    codeField.current?.select(),
  );
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      className="DoorForm"
      onSubmit={(event) => {
        event.preventDefault();
        void send({ email: email.trim(), password, verificationCode: code });
      }}
    >
      <Labelled label={passwordFormTexts.emailAddress}>
        {(ids) => (
          <input
            {...ids}
            ref={first}
            className="Input"
            type="email"
            required
            maxLength={254}
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Labelled>
      <Labelled label={passwordFormTexts.password}>
        {(ids) => (
          <input
            {...ids}
            className="Input"
            type="password"
            required
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Labelled>
      <CodeField label={passwordFormTexts.code} value={code} change={setCode} field={codeField} />
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <Button look="main" type="submit" className="Wide" isBusy={isBusy}>
        {isBusy ? passwordFormTexts.signingIn : passwordFormTexts.signIn}
      </Button>
    </form>
  );
}
