import type { QueryClient } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { stepUp } from '../api/ceremonies.ts';
import { gate } from '../api/call.ts';
import { Modal } from '../kit/modal.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { sessionKey } from './use-session.ts';

/** The operator did not want to prove it; nothing was changed. */
export class StepUpDeclined extends Error {
  override readonly name = 'StepUpDeclined';
}

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
      queries.setQueryData(sessionKey, await stepUp());
      end('proven');
    } catch (error) {
      setProblem(ceremonyWords(error));
      setBusy(false);
    }
  }

  return (
    <Modal
      isOpen={isOpen}
      close={() => end('declined')}
      title="Confirm that it is you"
      text="This can lock somebody out or let somebody in, so it needs your passkey again. It then counts for five minutes."
    >
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className="ModalEnd">
        <Button look="quiet" onClick={() => end('declined')}>
          Cancel
        </Button>
        <Button look="main" isBusy={isBusy} onClick={() => void start()}>
          <ShieldCheck size={15} aria-hidden />
          {isBusy ? 'Waiting for your passkey…' : 'Use passkey'}
        </Button>
      </div>
    </Modal>
  );
}
