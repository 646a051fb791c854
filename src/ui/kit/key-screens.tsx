/**
 * The common part of passkeys and security keys: a button, the browser's own dialog, and what to say when that ends.
 */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { supportsWebAuthn } from '../../../sdk/browser/index.ts';
import type { Verification } from '../../../sdk/browser/index.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import type { IconName } from './icons.tsx';
import { Context, Hint, OtherWay, PrimaryButton, Problem, RememberTick, Screen } from './parts.tsx';
import { usePage } from './page.ts';
import { unsupported, useCeremony } from './use-ceremony.ts';

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
  const { task, hint, setHint, start } = useCeremony({ isProof, texts, ceremony, onVerified });
  const isUnsupported = hint === unsupported;

  useEffect(() => {
    if (!supportsWebAuthn()) setHint(unsupported);
    else if (isProof && mayStart && remembering === undefined) start(false);
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
