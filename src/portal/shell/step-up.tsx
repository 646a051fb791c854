import { commonTexts } from '#portal-texts/kit.ts';
import { stepUpTexts } from '#portal-texts/shell.ts';
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

const buttons = {
  authenticator: stepUpTexts.passkeyButton,
  app: stepUpTexts.codeButton,
  issuer: stepUpTexts.issuerButton,
} as const;
const texts = {
  authenticator: stepUpTexts.passkeyText,
  app: stepUpTexts.codeText,
  issuer: stepUpTexts.issuerText,
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
      title={stepUpTexts.title}
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
            label={stepUpTexts.codeLabel}
            note={stepUpTexts.codeNote}
            value={code}
            change={setCode}
            field={field}
          />
        ) : null}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => end('declined')}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={isBusy}>
            <ShieldCheck size={15} aria-hidden />
            {by === 'authenticator' && isBusy ? stepUpTexts.waitingForPasskey : buttons[by]}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
