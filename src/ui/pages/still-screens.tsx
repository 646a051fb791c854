/**
 * Screens of pages that call no API: behind a mailed link, and if there is nothing to show. Drawn only on the server.
 */
import type { FailurePage, LinkPage, StillPage } from '../../contract/pages/still-page.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { Screen } from '../kit/parts.tsx';
import type { Words } from '../kit/page.ts';
import { Logo } from './logo.tsx';

export function StillScreen({
  page,
  words,
  isPopup,
}: {
  readonly page: StillPage;
  readonly words: Words;
  readonly isPopup: boolean;
}) {
  if (page.kind === 'failure') return <FailureScreen page={page} words={words} isPopup={isPopup} />;
  if (page.kind === 'stranger') {
    return (
      <Screen
        icon="clock"
        heading={words.say('session-expired.heading')}
        description={words.say('session-expired.description')}
      >
        {isPopup ? (
          <div class="Stack">
            <CloseButton words={words} isPrimary />
          </div>
        ) : (
          <p class="Note">{words.say('common.closable')}</p>
        )}
      </Screen>
    );
  }
  return (
    <>
      {page.tenant === undefined ? null : <Logo theme={page.tenant.theme} position="inside" />}
      <LinkScreen screen={page.screen} words={words} isOfTenant={page.tenant !== undefined} />
    </>
  );
}

/** For a popup. Its script shows it. */
function CloseButton({ words, isPrimary }: { readonly words: Words; readonly isPrimary: boolean }) {
  return (
    <button type="button" id="close" class={`Button${isPrimary ? ' Button--primary' : ''}`} hidden>
      {words.say('common.close')}
    </button>
  );
}

function LinkScreen({
  screen,
  words,
  isOfTenant,
}: {
  readonly screen: LinkPage['screen'];
  readonly words: Words;
  readonly isOfTenant: boolean;
}) {
  switch (screen.name) {
    case 'ask':
      return (
        <Screen icon="link" heading={words.say('magic-link.heading')} description={words.say('magic-link.description')}>
          <dl class="Facts">
            {screen.facts.map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </>
            ))}
          </dl>
          <form class="Stack" method="post" action="/magic-link">
            {/* As content, not in an attribute: CSS can select by attributes, so a template's own CSS could send it
                to the host of an image. */}
            <textarea name="token" hidden readOnly>
              {screen.token}
            </textarea>
            <input type="hidden" name="pageNonce" value={screen.pageNonce} />
            <button type="submit" class="Button Button--primary">
              {words.say('magic-link.primaryCta')}
            </button>
            <button type="submit" class="Button" formaction="/magic-link/deny">
              {words.say('magic-link.secondaryCta')}
            </button>
          </form>
        </Screen>
      );
    case 'done':
      return (
        <Screen
          icon="check"
          tone="positive"
          heading={words.say('magic-link-done.heading')}
          description={words.say('magic-link-done.description')}
        >
          {screen.onward === undefined ? null : (
            <div class="Stack">
              <a class="Button Button--primary" href={screen.onward} rel="noreferrer">
                {words.say('magic-link-done.primaryCta')}
              </a>
            </div>
          )}
        </Screen>
      );
    case 'denied':
      return (
        <Screen
          icon="shield"
          tone="positive"
          heading={words.say('magic-link-denied.heading')}
          description={words.say('magic-link-denied.description')}
        />
      );
    case 'help':
      return <HelpScreen purpose={screen.purpose} words={words} />;
    case 'help-taken':
      return (
        <Screen icon="check" tone="positive" heading={words.say('common.wait')}>
          <div class="Stack">
            <a class="Button Button--primary" href={screen.onward} rel="noreferrer">
              {words.say('common.continue')}
            </a>
          </div>
        </Screen>
      );
    case 'help-stopped':
      return (
        <Screen
          icon="shield"
          tone="positive"
          heading={words.say('help-stopped.heading')}
          description={words.say('help-stopped.description')}
        />
      );
    case 'over':
      return (
        <Screen
          icon="clock"
          heading={words.say('magic-link-over.heading')}
          description={words.say('magic-link-over.description')}
        >
          {isOfTenant ? <p class="Note">{words.say('magic-link-over.advice')}</p> : null}
        </Screen>
      );
  }
}

/** Its script puts the secret of the link into the form, and then lets the user press the button. */
function HelpScreen({ purpose, words }: { readonly purpose: 'take' | 'stop'; readonly words: Words }) {
  const isTaking = purpose === 'take';
  const texts = isTaking ? 'help-take' : 'help-stop';
  return (
    <Screen
      icon={isTaking ? 'lifebuoy' : 'shield'}
      heading={words.say(`${texts}.heading`)}
      description={words.say(`${texts}.description`)}
    >
      <form class="Stack" id="help" method="post" action={isTaking ? '/help' : '/help/stop'}>
        <textarea name="token" hidden readOnly />
        {isTaking ? <textarea name="pageSecret" hidden readOnly /> : null}
        <button type="submit" class="Button Button--primary" disabled>
          {words.say(`${texts}.primaryCta`)}
        </button>
      </form>
      <noscript>
        <p class="Note">{words.say('no-script.description')}</p>
      </noscript>
    </Screen>
  );
}

const failures = {
  busy: { icon: 'clock', heading: 'failure-busy.heading', description: 'failure-busy.description' },
  missing: { icon: 'question', heading: 'failure-missing.heading', description: 'failure-missing.description' },
  unexpected: { icon: 'alert', heading: 'generic-error.heading', description: 'failure-busy.description' },
} as const satisfies Record<FailurePage['reason'], { icon: string; heading: PageTextId; description: PageTextId }>;

function FailureScreen({
  page,
  words,
  isPopup,
}: {
  readonly page: FailurePage;
  readonly words: Words;
  readonly isPopup: boolean;
}) {
  const { icon, heading, description } = failures[page.reason];
  const isRepeatable = page.reason !== 'missing';
  const canRetry = isRepeatable && page.canRetry;
  const advice = isRepeatable && !canRetry ? 'failure-again.description' : description;
  return (
    <Screen
      icon={icon}
      {...(page.reason === 'unexpected' ? { tone: 'critical' as const } : {})}
      heading={words.say(heading)}
      description={words.say(advice)}
    >
      {canRetry || isPopup ? (
        <div class="Stack">
          {/* The same address again; its token is still in it, since no script has removed it. */}
          {canRetry ? (
            <a class="Button Button--primary" href="">
              {words.say('common.retry')}
            </a>
          ) : null}
          {isPopup ? <CloseButton words={words} isPrimary={!canRetry} /> : null}
        </div>
      ) : null}
      {page.reference === undefined ? null : (
        <p class="Note">{words.say('failure.reference', { id: page.reference })}</p>
      )}
    </Screen>
  );
}
