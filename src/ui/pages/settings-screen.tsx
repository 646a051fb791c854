/** What a user has enrolled, and what they may change with the scopes of their token. */
import { useState } from 'preact/hooks';
import type { UiSession } from '../../contract/client/ui-session.ts';
import { Icon } from '../kit/icons.tsx';
import { lookOf } from '../kit/method-look.ts';
import {
  Closable,
  ContactText,
  PrimaryButton,
  Problem,
  Screen,
  SecondaryButton,
  Status,
  TextButton,
} from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';
import type { Words } from '../kit/page.ts';
import { useTask } from '../kit/use-task.ts';
import { sayDay, sayMinute } from '../kit/words.ts';
import { DevicesPanel } from './devices-panel.tsx';
import { RecoveryCodesScreen } from './recovery-codes-screen.tsx';
import { RenameForm } from './rename-form.tsx';

type Authenticator = UiSession['authenticators'][number];

type Panel =
  | { readonly name: 'list'; readonly news?: string }
  | { readonly name: 'rename' | 'remove'; readonly authenticator: Authenticator }
  | { readonly name: 'ask-codes' | 'codes' | 'devices' };

export interface SettingsScreenParts {
  readonly onAdd: (() => void) | undefined;
  readonly onChange: (method: string) => void;
  readonly onDone: (() => void) | undefined;
}

export function SettingsScreen({ onAdd, onChange, onDone }: SettingsScreenParts) {
  const { words } = usePage();
  const [panel, setPanel] = useState<Panel>({ name: 'list' });
  const toList = (news?: string) => setPanel({ name: 'list', ...(news === undefined ? {} : { news }) });
  switch (panel.name) {
    case 'list':
      return <ListPanel {...{ onAdd, onChange, onDone, setPanel, news: panel.news ?? '' }} />;
    case 'rename':
      return <RenamePanel authenticator={panel.authenticator} onDone={toList} />;
    case 'remove':
      return <RemovePanel authenticator={panel.authenticator} onDone={toList} />;
    case 'ask-codes':
      return (
        <Screen
          icon="lifebuoy"
          heading={words.say('settings.newRecoveryCodes')}
          description={words.say('settings.newRecoveryCodesDescription')}
        >
          <div class="Stack">
            <PrimaryButton label={words.say('settings.newRecoveryCodes')} onClick={() => setPanel({ name: 'codes' })} />
            <SecondaryButton label={words.say('common.cancel')} onClick={() => toList()} />
          </div>
        </Screen>
      );
    case 'devices':
      return <DevicesPanel onDone={() => toList()} />;
    case 'codes':
      return <RecoveryCodesScreen onKept={() => toList()} />;
  }
}

function ListPanel({
  onAdd,
  onChange,
  onDone,
  setPanel,
  news,
}: SettingsScreenParts & { readonly setPanel: (panel: Panel) => void; readonly news: string }) {
  const { client, refresh, session, words } = usePage();
  const task = useTask();
  const [heard, setHeard] = useState(news);
  const mayUpdate = session.scopes.includes('update:authenticators');
  const mayRemove = session.scopes.includes('remove:authenticators');

  const makeDefault = (authenticator: Authenticator) =>
    task.run(async () => {
      await client.updateAuthenticator(authenticator.userAuthenticatorId, { isDefault: true });
      await refresh();
      setHeard(words.say('settings.madeDefault'));
    });

  return (
    <Screen
      heading={words.say('settings.heading')}
      description={words.say('settings.description', { tenantName: session.tenant.name })}
    >
      <Problem task={task} />
      <Status>{heard}</Status>
      {session.authenticators.length === 0 ? <p class="Note">{words.say('settings.empty')}</p> : null}
      <ul class="List">
        {session.authenticators.map((authenticator) => {
          const name = nameOf(words, authenticator);
          const canRename = mayUpdate && authenticator.isEditable;
          const canChange =
            canRename && onAdd !== undefined && lookOf(authenticator.verificationMethod).isAddress === true;
          const canDefault = canRename && !authenticator.isDefault && session.authenticators.length > 1;
          const isKept = authenticator.isLastOf !== undefined;
          const canRemove = (mayRemove && authenticator.isRemovable) || authenticator.isCancellable;
          const { heldUntil } = authenticator;
          const contact = authenticator.email ?? authenticator.phoneNumber;
          const hasOptions = canRename || canRemove || (mayRemove && isKept) || heldUntil !== undefined;
          return (
            <li key={authenticator.userAuthenticatorId}>
              <details class="Options" name="authenticator">
                <summary class="Card card-shadow">
                  <Icon name={lookOf(authenticator.verificationMethod).icon} isSmall />
                  <span class="Card-text">
                    <span class="Card-title">
                      <bdi>{name}</bdi>
                      {authenticator.isDefault ? <span class="Badge">{words.say('settings.default')}</span> : null}
                    </span>
                    {contact === undefined ? null : <ContactText text={contact} />}
                    <span class="Card-hint">{usesOf(words, authenticator)}</span>
                    {heldUntil === undefined ? null : (
                      <span class="Card-hint">
                        {words.say('settings.heldUntil', { time: sayMinute(words.locale, heldUntil) })}
                      </span>
                    )}
                  </span>
                  {hasOptions ? (
                    <span aria-hidden="true" class="text-link--quiet">
                      ⋯
                    </span>
                  ) : null}
                </summary>
                <div class="Menu">
                  {heldUntil === undefined ? null : (
                    <p class="Note">{words.say('settings.heldWhy', { tenantName: session.tenant.name })}</p>
                  )}
                  {canDefault ? (
                    <TextButton label={words.say('settings.makeDefault')} onClick={() => makeDefault(authenticator)} />
                  ) : null}
                  {canChange ? (
                    <TextButton
                      label={words.say('settings.change')}
                      onClick={() => onChange(authenticator.verificationMethod)}
                    />
                  ) : null}
                  {canRename ? (
                    <TextButton
                      label={words.say('settings.rename')}
                      onClick={() => setPanel({ name: 'rename', authenticator })}
                    />
                  ) : null}
                  {canRemove ? (
                    <TextButton
                      label={words.say('settings.remove')}
                      onClick={() => setPanel({ name: 'remove', authenticator })}
                    />
                  ) : null}
                  {mayRemove && authenticator.isLastOf !== undefined ? (
                    <p class="Note">
                      {words.say(authenticator.isLastOf === 'passkeys' ? 'settings.lastPasskey' : 'settings.lastOne')}
                    </p>
                  ) : null}
                </div>
              </details>
            </li>
          );
        })}
        {session.recoveryCodes.left === undefined ? null : (
          <li class="Card card-shadow">
            <Icon name="lifebuoy" isSmall />
            <span class="Card-text">
              <span class="Card-title">{words.say('settings.recoveryCodes')}</span>
              <span class="Card-hint">
                {codesOf(words, session.recoveryCodes.left, session.recoveryCodes.lastUsedAt)}
              </span>
            </span>
          </li>
        )}
        {session.scopes.some((scope) => scope !== 'read:authenticators') ? (
          <li>
            <SecondaryButton
              label={words.say('devices.heading')}
              icon="app"
              onClick={() => setPanel({ name: 'devices' })}
            />
          </li>
        ) : null}
        {session.recoveryCodes.canRegenerate && session.isEnrolled ? (
          <li>
            <SecondaryButton
              label={words.say('settings.newRecoveryCodes')}
              icon="lifebuoy"
              onClick={() => setPanel({ name: 'ask-codes' })}
            />
          </li>
        ) : null}
      </ul>
      <div class="Stack">
        {onAdd === undefined || session.enrolmentMethods.length === 0 ? (
          mayUpdate || mayRemove ? null : (
            <p class="Note">{words.say('settings.proveFirst')}</p>
          )
        ) : (
          <SecondaryButton label={words.say('settings.add')} icon="add" onClick={onAdd} />
        )}
        {onDone === undefined ? <Closable /> : <PrimaryButton label={words.say('settings.done')} onClick={onDone} />}
      </div>
    </Screen>
  );
}

function RenamePanel({ authenticator, onDone }: { authenticator: Authenticator; onDone: (news?: string) => void }) {
  const { client, refresh, words } = usePage();
  const rename = async (displayName: string) => {
    await client.updateAuthenticator(authenticator.userAuthenticatorId, { displayName });
    await refresh();
  };
  return <RenameForm name={nameOf(words, authenticator)} rename={rename} onDone={onDone} />;
}

function RemovePanel({ authenticator, onDone }: { authenticator: Authenticator; onDone: (news?: string) => void }) {
  const { client, refresh, words } = usePage();
  const task = useTask();
  return (
    <Screen
      icon="alert"
      tone="critical"
      heading={words.say('settings.removeHeading', { name: nameOf(words, authenticator) })}
      description={words.say('settings.removeDescription')}
    >
      <div class="Stack">
        <Problem task={task} />
        <PrimaryButton
          tone="critical"
          label={words.say('settings.remove')}
          isBusy={task.isBusy}
          onClick={() =>
            task.run(async () => {
              await client.removeAuthenticator(authenticator.userAuthenticatorId);
              await refresh();
              onDone(words.say('settings.removed'));
            })
          }
        />
        <SecondaryButton label={words.say('common.cancel')} onClick={() => onDone()} />
      </div>
    </Screen>
  );
}

/** The user's name for it, or else the name of the device, or else the kind. */
function nameOf(words: Words, authenticator: Authenticator): string {
  const own = authenticator.displayName ?? authenticator.webauthnCredential?.name;
  return own === undefined || own === '' ? kindOf(words, authenticator) : own;
}

function kindOf(words: Words, { verificationMethod }: Authenticator): string {
  return words.say(lookOf(verificationMethod).name);
}

/** Its kind if its name does not say it, and when it was added and last used. */
function usesOf(words: Words, authenticator: Authenticator): string {
  const { createdAt, lastVerifiedAt } = authenticator;
  const kind = kindOf(words, authenticator);
  return [
    kind === nameOf(words, authenticator) ? undefined : kind,
    words.say('settings.added', { date: sayDay(words.locale, createdAt) }),
    lastUse(words, lastVerifiedAt),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function codesOf(words: Words, left: number, lastUsedAt: string | undefined): string {
  const count = words.say('settings.codesLeft', { count: String(left) });
  return lastUsedAt === undefined ? count : `${count} · ${lastUse(words, lastUsedAt)}`;
}

function lastUse(words: Words, at: string | undefined): string | undefined {
  return at === undefined ? undefined : words.say('settings.lastUsed', { date: sayDay(words.locale, at) });
}
