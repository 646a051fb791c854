import { Drawing, Icon } from '../kit/icons.tsx';
import { lookOf } from '../kit/method-look.ts';
import { ContactText, Context, Screen } from '../kit/parts.tsx';
import { ReadyContext, usePage } from '../kit/page.ts';
import { useContext, useEffect } from 'preact/hooks';

export interface Choice {
  readonly method: string;
  readonly identifier?: string | undefined;
}

/** The available methods, strongest first; if their strengths differ, the strongest is marked. */
export function PickerScreen({
  kind,
  choices,
  onPick,
}: {
  kind: 'challenge' | 'enrolment';
  choices: readonly Choice[];
  onPick: (method: string) => void;
}) {
  const { session, words } = usePage();
  const isChallenge = kind === 'challenge';
  const isReady = useContext(ReadyContext);

  // The browser itself kept a press on the server's drawing, as the fragment of the address.
  useEffect(() => {
    const pressed = isReady ? undefined : choices.find(({ method }) => location.hash === `#${linkId(method)}`);
    if (pressed === undefined) return;
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
    onPick(pressed.method);
  }, []);

  return (
    <Screen
      icon="shield"
      heading={words.say(isChallenge ? 'method-select.heading' : 'enroll-select.heading')}
      description={words.say(isChallenge ? 'method-select.description' : 'enroll-select.description', {
        tenantName: session.tenant.name,
      })}
    >
      <Context />
      <ul class="List">
        {choices.map(({ method, identifier }, at) => {
          const look = lookOf(method);
          return (
            <li key={method}>
              <a
                id={linkId(method)}
                href={`#${linkId(method)}`}
                onClick={(event) => {
                  event.preventDefault();
                  onPick(method);
                }}
              >
                <span class="Card card-shadow">
                  <Icon name={look.icon} isSmall />
                  <span class="Card-text">
                    <span class="Card-title">
                      {words.say(look.name)}
                      {at === 0 && choices.length > 1 && method === 'PASSKEY' ? (
                        <span class="Badge">{words.say('common.recommended')}</span>
                      ) : null}
                    </span>
                    {identifier !== undefined ? (
                      <ContactText text={identifier} />
                    ) : look.hint === undefined ? null : (
                      <span class="Card-hint">{words.say(look.hint)}</span>
                    )}
                  </span>
                  <Drawing name="next" />
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </Screen>
  );
}

/** No template has ids with this prefix: see `sanitise-template.ts`. */
function linkId(method: string): string {
  return `pick-${method.toLowerCase()}`;
}
