import { Drawing, Icon } from '../kit/icons.tsx';
import { lookOf } from '../kit/method-look.ts';
import { Context, Screen } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';

export interface Choice {
  readonly method: string;
  readonly identifier?: string | undefined;
}

/** The ways there are, strongest first; where there is a stronger and a weaker one, the strongest says so. */
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
                href={`#${method.toLowerCase()}`}
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
                      <bdi class="Card-hint">{identifier}</bdi>
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
