/** Screens at the end of a journey, successful or not. */
import { useEffect, useState } from 'preact/hooks';
import type { PageTextId } from '../../texts/page-texts.ts';
import { Icon } from '../kit/icons.tsx';
import type { IconName } from '../kit/icons.tsx';
import { lookOf } from '../kit/method-look.ts';
import { Closable, PrimaryButton, Screen } from '../kit/parts.tsx';
import { useWords } from '../kit/page.ts';

interface Ending {
  readonly icon: IconName;
  readonly tone?: 'positive' | 'critical';
  readonly heading: PageTextId;
  readonly description: PageTextId;
  readonly primaryCta: PageTextId;
}

const endings = {
  blocked: {
    icon: 'stop',
    tone: 'critical',
    heading: 'challenge-blocked.heading',
    description: 'challenge-blocked.description',
    primaryCta: 'challenge-blocked.primaryCta',
  },
  failed: {
    icon: 'stop',
    tone: 'critical',
    heading: 'challenge-failed.heading',
    description: 'challenge-failed.description',
    primaryCta: 'challenge-failed.primaryCta',
  },
  review: {
    icon: 'clock',
    heading: 'challenge-review.heading',
    description: 'challenge-review.description',
    primaryCta: 'challenge-review.primaryCta',
  },
  'cannot-confirm': {
    icon: 'question',
    heading: 'cannot-confirm.heading',
    description: 'cannot-confirm.description',
    primaryCta: 'cannot-confirm.primaryCta',
  },
  expired: {
    icon: 'clock',
    heading: 'session-expired.heading',
    description: 'session-expired.description',
    primaryCta: 'session-expired.primaryCta',
  },
  error: {
    icon: 'alert',
    tone: 'critical',
    heading: 'generic-error.heading',
    description: 'generic-error.description',
    primaryCta: 'generic-error.primaryCta',
  },
  quit: {
    icon: 'stop',
    heading: 'challenge-quit.heading',
    description: 'challenge-quit.description',
    primaryCta: 'challenge-quit.primaryCta',
  },
} as const satisfies Record<string, Ending>;

/** `onGo` is the way on or back; undefined if there is no URL to go to. */
export function EndScreen({ name, onGo }: { name: keyof typeof endings; onGo: (() => void) | undefined }) {
  const words = useWords();
  const { heading, description, primaryCta, ...look }: Ending = endings[name];
  return (
    <Screen {...look} heading={words.say(heading)} description={words.say(description)}>
      {onGo === undefined ? (
        <Closable />
      ) : (
        <div class="Stack">
          <PrimaryButton label={words.say(primaryCta)} onClick={onGo} />
        </div>
      )}
    </Screen>
  );
}

/** Names what was enrolled, so that the user knows what to look for next time. */
export function EnrolledScreen({ methods, onGo }: { readonly methods: readonly string[]; readonly onGo: () => void }) {
  const words = useWords();
  return (
    <Screen
      icon="check"
      tone="positive"
      heading={words.say('enroll-success.heading')}
      description={words.say('enroll-success.description')}
    >
      <ul class="List">
        {methods.map((method) => {
          const { icon, name } = lookOf(method);
          return (
            <li key={method} class="Card">
              <Icon name={icon} isSmall />
              <span class="Card-text Card-title">
                {words.say(method === 'RECOVERY_CODE' ? 'settings.recoveryCodes' : name)}
              </span>
            </li>
          );
        })}
      </ul>
      <div class="Stack">
        <PrimaryButton label={words.say('enroll-success.primaryCta')} onClick={onGo} />
      </div>
    </Screen>
  );
}

/**
 * The proof is complete. The page leaves by itself; if the browser does not follow, as with an app's scheme, a button
 * does.
 */
export function DoneScreen({
  leave,
  what,
}: {
  readonly leave: (() => void) | undefined;
  /** What was confirmed, in the tenant's text. */
  readonly what: string | undefined;
}) {
  const words = useWords();
  const [isStuck, setStuck] = useState(false);
  useEffect(() => {
    if (leave === undefined) return undefined;
    leave();
    const timer = setTimeout(() => setStuck(true), 3_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Screen
      icon="check"
      tone="positive"
      heading={words.say('challenge-success.heading')}
      description={words.say(leave === undefined ? 'challenge-success.description' : 'challenge-success.leaving')}
    >
      {what === undefined ? null : <p class="Context">{what}</p>}
      {isStuck && leave !== undefined ? (
        <div class="Stack">
          <PrimaryButton label={words.say('common.continue')} onClick={leave} />
        </div>
      ) : null}
    </Screen>
  );
}
