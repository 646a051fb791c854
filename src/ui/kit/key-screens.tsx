/**
 * The common part of passkeys and security keys: a button, the browser's own dialog, and what to say when that ends.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, CeremonyError, supportsWebAuthn } from '../../../sdk/browser/index.ts';
import type { Verification } from '../../../sdk/browser/index.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import type { IconName } from './icons.tsx';
import { Context, Hint, OtherWay, PrimaryButton, Problem, RememberTick, Screen } from './parts.tsx';
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
  /** A proof says what it is for, and starts without a click if the browser allows it and there is nothing to choose. */
  isProof: boolean;
  ceremony: (signal: AbortSignal) => Promise<Verification>;
  onVerified: () => void;
  secondary?: ComponentChildren;
}) {
  const { words, mayStart, otherWay, remembering } = usePage();
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
        // A key that the server does not accept is reported to the user like any result: the tenant decides which keys
        // it accepts.
        if (!isProof && error instanceof ApiError && error.code === 'invalid_credential') {
          task.tell(words.say('passkey-create.refused'));
          return;
        }
        if (!(error instanceof CeremonyError)) throw error;
        switch (error.reason) {
          case 'cancelled':
            // Users may change their mind. A browser may refuse a dialog that the user did not request.
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
    else if (isProof && mayStart && remembering === undefined) start(false);
    return () => stop.current?.abort();
  }, []);

  return (
    <Screen icon={icon} heading={words.say(texts.heading)} description={words.say(texts.description)}>
      <div class="Stack">
        {isProof ? <Context /> : null}
        <Problem task={task} />
        <Hint>{hint === undefined ? '' : words.say(hint)}</Hint>
        {isProof && !isUnsupported ? <RememberTick /> : null}
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
