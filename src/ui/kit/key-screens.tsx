/** What passkeys and security keys have in common: a button, the browser's own dialog, and what to say when that ends. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, CeremonyError, supportsWebAuthn } from '../../../sdk/browser/index.ts';
import type { Verification } from '../../../sdk/browser/index.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import type { IconName } from './icons.tsx';
import { Context, Hint, OtherWay, PrimaryButton, Problem, Screen } from './parts.tsx';
import { usePage } from './page.ts';
import { useTask } from './use-task.ts';

interface Texts {
  readonly heading: PageTextId;
  readonly description: PageTextId;
  readonly primaryCta: PageTextId;
  readonly waiting: PageTextId;
  readonly cancelled: PageTextId;
  readonly exists: PageTextId;
}

export function KeyScreen({
  icon,
  texts,
  isProof,
  ceremony,
  onVerified,
  secondary,
}: {
  icon: IconName;
  texts: Texts;
  /** A proof says what it is for, and starts without a click where the browser allows it. */
  isProof: boolean;
  ceremony: (signal: AbortSignal) => Promise<Verification>;
  onVerified: () => void;
  secondary?: ComponentChildren;
}) {
  const { words, mayStart, otherWay } = usePage();
  const task = useTask();
  const [hint, setHint] = useState<PageTextId>();
  const isUnsupported = hint === unsupported;
  const stop = useRef<AbortController>(undefined);

  const start = (isAsked: boolean) =>
    task.run(async () => {
      stop.current = new AbortController();
      setHint(undefined);
      try {
        const { isVerified } = await ceremony(stop.current.signal);
        if (isVerified) onVerified();
        else task.tell(words.say('passkey-verify.refused'));
      } catch (error) {
        // A key that the server does not take is an answer for the person: which ones the tenant takes is its own affair.
        if (!isProof && error instanceof ApiError && error.code === 'invalid_credential') {
          task.tell(words.say('passkey-create.refused'));
          return;
        }
        if (!(error instanceof CeremonyError)) throw error;
        switch (error.reason) {
          case 'cancelled':
            // A person may change their mind. A dialog that nobody asked for may be refused by the browser.
            if (isAsked) setHint(texts.cancelled);
            break;
          case 'unsupported':
            setHint(unsupported);
            break;
          case 'exists':
            task.tell(words.say(texts.exists));
            break;
          case 'failed':
            task.tell(words.say('problem.unexpected'));
        }
      }
    });

  useEffect(() => {
    if (!supportsWebAuthn()) setHint(unsupported);
    else if (isProof && mayStart) start(false);
    return () => stop.current?.abort();
  }, []);

  return (
    <Screen icon={icon} heading={words.say(texts.heading)} description={words.say(texts.description)}>
      <div class="Stack">
        {isProof ? <Context /> : null}
        <Problem task={task} />
        <Hint>{hint === undefined ? '' : words.say(hint)}</Hint>
        {isUnsupported ? (
          otherWay === undefined ? null : (
            <PrimaryButton label={words.say('common.otherWay')} onClick={otherWay} />
          )
        ) : (
          <PrimaryButton
            label={words.say(task.problem === undefined ? texts.primaryCta : 'common.retry')}
            busyLabel={words.say(texts.waiting)}
            isBusy={task.isBusy}
            onClick={() => start(true)}
          />
        )}
        {secondary ?? (isUnsupported ? null : <OtherWay />)}
      </div>
    </Screen>
  );
}

const unsupported = 'passkey-verify.unsupported';
