import type { QueryClient } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { stepUp } from '../api/ceremonies.ts';
import { goToIssuer } from '../api/issuer.ts';
import { gate, StepUpDeclined } from '../api/call.ts';
import type { Session } from '../api/types.ts';
import { Modal } from '../kit/modal.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { issuerWords } from './issuer-words.ts';
import { sessionKey } from './use-session.ts';

interface Waiting {
  readonly promise: Promise<undefined>;
  readonly resolve: (nothing: undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Asks for a fresh proof when a call needs one. Several calls at once wait for the same proof. */
export function StepUp({ queries }: { readonly queries: QueryClient }) {
  const waiting = useRef<Waiting>(undefined);
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isAtIssuer = queries.getQueryData<Session>(sessionKey)?.stepUpBy === 'issuer';

  useEffect(() => {
    gate.stepUp = () => {
      if (waiting.current === undefined) {
        waiting.current = Promise.withResolvers<undefined>();
        setProblem(undefined);
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
      if (isAtIssuer) {
        // This page goes away, and with it what waits for the proof.
        await goToIssuer('/v1/portal/step-up/oidc', `${location.pathname.slice('/portal'.length)}${location.search}`);
        return;
      }
      queries.setQueryData(sessionKey, await stepUp());
      end('proven');
    } catch (error) {
      setProblem(isAtIssuer ? issuerWords(error) : ceremonyWords(error));
      setBusy(false);
    }
  }

  return (
    <Modal
      isOpen={isOpen}
      close={() => end('declined')}
      title="Confirm that it is you"
      text={
        isAtIssuer
          ? 'This can lock somebody out or let somebody in, so sign in again. You come back to this page, and can do it for five minutes.'
          : 'This can lock somebody out or let somebody in, so it needs your passkey again. It then counts for five minutes.'
      }
    >
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className="ModalEnd">
        <Button look="quiet" onClick={() => end('declined')}>
          Cancel
        </Button>
        <Button look="main" isBusy={isBusy} onClick={() => void start()}>
          <ShieldCheck size={15} aria-hidden />
          {isAtIssuer ? 'Sign in again' : isBusy ? 'Waiting for your passkey…' : 'Use passkey'}
        </Button>
      </div>
    </Modal>
  );
}
