import type { QueryClient } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { stepUp } from '../api/ceremonies.ts';
import { goToIssuer } from '../api/issuer.ts';
import { call, gate, StepUpDeclined } from '../api/call.ts';
import type { Session } from '../api/types.ts';
import { Modal } from '../kit/modal.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { CodeField } from './code-field.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { serverWords } from './server-words.ts';
import { sessionKey } from './use-session.ts';

interface Waiting {
  readonly promise: Promise<undefined>;
  readonly resolve: (nothing: undefined) => void;
  readonly reject: (error: Error) => void;
}

const buttons = { authenticator: 'Use passkey', app: 'Confirm', issuer: 'Sign in again' } as const;
const texts = {
  authenticator:
    'This can lock somebody out or let somebody in, so it needs your passkey again. It then counts for five minutes.',
  app: 'This can lock somebody out or let somebody in, so it needs a new code of your app. It then counts for five minutes.',
  issuer:
    'This can lock somebody out or let somebody in, so sign in again. You come back to this page, and can do it for five minutes.',
} as const;

/** Asks for a fresh proof when a call needs one. Several calls at once wait for the same proof. */
export function StepUp({ queries }: { readonly queries: QueryClient }) {
  const waiting = useRef<Waiting>(undefined);
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const by = queries.getQueryData<Session>(sessionKey)?.stepUpBy ?? 'authenticator';

  useEffect(() => {
    gate.stepUp = () => {
      if (waiting.current === undefined) {
        waiting.current = Promise.withResolvers<undefined>();
        setProblem(undefined);
        setCode('');
        setOpen(true);
      }
      return waiting.current.promise;
    };
  }, []);

  function end(result: 'proven' | 'declined'): void {
    setOpen(false);
    setBusy(false);
    if (result === 'proven') waiting.current?.resolve(undefined);
    else waiting.current?.reject(new StepUpDeclined('No proof was given.'));
    waiting.current = undefined;
  }

  async function start(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      if (by === 'issuer') {
        // This page goes away, and with it what waits for the proof.
        await goToIssuer('/v1/portal/step-up/oidc', `${location.pathname.slice('/portal'.length)}${location.search}`);
        return;
      }
      const session =
        by === 'app'
          ? await call<Session>('POST', '/v1/portal/step-up/app', { body: { verificationCode: code } })
          : await stepUp();
      queries.setQueryData(sessionKey, session);
      end('proven');
    } catch (error) {
      setProblem(by === 'authenticator' ? ceremonyWords(error) : serverWords(error));
      setBusy(false);
      // A code that was refused is of no use any more.
      field.current?.select();
    }
  }

  return (
    <Modal
      isOpen={isOpen}
      close={() => end('declined')}
      title="Confirm that it is you"
      text={texts[by]}
      {...(by === 'app' ? { initialFocus: field } : {})}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void start();
        }}
      >
        {by === 'app' ? (
          <CodeField
            label="Code of your app"
            note="One that you have not used yet: also not that of signing in."
            value={code}
            change={setCode}
            field={field}
          />
        ) : null}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => end('declined')}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={isBusy}>
            <ShieldCheck size={15} aria-hidden />
            {by === 'authenticator' && isBusy ? 'Waiting for your passkey…' : buttons[by]}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
