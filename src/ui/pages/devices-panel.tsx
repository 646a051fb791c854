/** The devices from which a user has verified: which they are, and forgetting one. */
import { useEffect, useState } from 'preact/hooks';
import type { OwnDevice } from '../../../sdk/browser/index.ts';
import { Icon } from '../kit/icons.tsx';
import { PrimaryButton, Problem, Screen, SecondaryButton, Status, TextButton } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';
import type { Words } from '../kit/page.ts';
import { useTask } from '../kit/use-task.ts';
import { sayDay } from '../kit/words.ts';
import { RenameForm } from './rename-form.tsx';

type Panel =
  | { readonly name: 'list'; readonly news?: string }
  | { readonly name: 'rename' | 'forget'; readonly device: OwnDevice };

export function DevicesPanel({ onDone }: { readonly onDone: () => void }) {
  const { client, words } = usePage();
  const [panel, setPanel] = useState<Panel>({ name: 'list' });
  const toList = (news?: string) => setPanel({ name: 'list', ...(news === undefined ? {} : { news }) });
  switch (panel.name) {
    case 'list':
      return <DeviceList {...{ onDone, setPanel, news: panel.news ?? '' }} />;
    case 'rename': {
      const { device } = panel;
      const rename = (name: string) => client.nameDevice(device.ownDeviceId, name);
      return <RenameForm name={nameOf(words, device)} rename={rename} onDone={toList} />;
    }
    case 'forget':
      return <ForgetPanel device={panel.device} onDone={toList} />;
  }
}

function DeviceList({
  onDone,
  setPanel,
  news,
}: {
  readonly onDone: () => void;
  readonly setPanel: (panel: Panel) => void;
  readonly news: string;
}) {
  const { client, session, words } = usePage();
  const task = useTask();
  const [devices, setDevices] = useState<readonly OwnDevice[]>();
  const load = () => task.run(async () => setDevices(await client.devices()));
  useEffect(load, []);
  const mayName = session.scopes.includes('update:authenticators');
  return (
    <Screen heading={words.say('devices.heading')} description={words.say('devices.description')}>
      <Problem task={task} />
      <Status>{news}</Status>
      {devices === undefined ? (
        task.problem === undefined ? (
          <p class="Waiting Note" role="status">
            <span class="Spinner" aria-hidden="true" />
            {words.say('common.wait')}
          </p>
        ) : (
          <TextButton label={words.say('common.retry')} onClick={load} />
        )
      ) : null}
      {devices?.length === 0 ? <p class="Note">{words.say('devices.empty')}</p> : null}
      <ul class="List">
        {devices?.map((device) => (
          <li key={device.ownDeviceId}>
            <details class="Options" name="device">
              <summary class="Card card-shadow">
                <Icon name="app" isSmall />
                <span class="Card-text">
                  <span class="Card-title">
                    <bdi>{nameOf(words, device)}</bdi>
                    {device.isCurrent ? <span class="Badge">{words.say('devices.this')}</span> : null}
                  </span>
                  <span class="Card-hint">{usesOf(words, device)}</span>
                  {device.rememberedUntil === undefined ? null : (
                    <span class="Card-hint">
                      {words.say('devices.rememberedUntil', { date: sayDay(words.locale, device.rememberedUntil) })}
                    </span>
                  )}
                </span>
                <span aria-hidden="true" class="text-link--quiet">
                  ⋯
                </span>
              </summary>
              <div class="Menu">
                {mayName ? (
                  <TextButton
                    label={words.say('settings.rename')}
                    onClick={() => setPanel({ name: 'rename', device })}
                  />
                ) : null}
                <TextButton label={words.say('devices.forget')} onClick={() => setPanel({ name: 'forget', device })} />
              </div>
            </details>
          </li>
        ))}
      </ul>
      <div class="Stack">
        <SecondaryButton label={words.say('common.back')} onClick={onDone} />
      </div>
    </Screen>
  );
}

function ForgetPanel({ device, onDone }: { readonly device: OwnDevice; readonly onDone: (news?: string) => void }) {
  const { client, words } = usePage();
  const task = useTask();
  return (
    <Screen
      icon="alert"
      tone="critical"
      heading={words.say('devices.forgetHeading', { name: nameOf(words, device) })}
      description={words.say('devices.forgetDescription')}
    >
      <div class="Stack">
        <Problem task={task} />
        <PrimaryButton
          tone="critical"
          label={words.say('devices.forget')}
          isBusy={task.isBusy}
          onClick={() =>
            task.run(async () => {
              await client.forgetDevice(device.ownDeviceId);
              onDone(words.say('devices.forgotten'));
            })
          }
        />
        <SecondaryButton label={words.say('common.cancel')} onClick={() => onDone()} />
      </div>
    </Screen>
  );
}

/** The user's name for it, or else what its browser says of itself. */
function nameOf(words: Words, { displayName, browserName, osName }: OwnDevice): string {
  if (displayName !== undefined) return displayName;
  if (browserName === undefined || osName === undefined) return browserName ?? osName ?? words.say('devices.unknown');
  return words.say('devices.name', { browser: browserName, os: osName });
}

/** What it is, if its own name does not say it, and when its user last verified from it. */
function usesOf(words: Words, device: OwnDevice): string {
  const { displayName: _own, ...unnamed } = device;
  const kind = nameOf(words, unnamed);
  const isNamed = device.displayName !== undefined && kind !== words.say('devices.unknown');
  const used = words.say('settings.lastUsed', { date: sayDay(words.locale, device.authenticatedAt) });
  return isNamed ? `${kind} · ${used}` : `${used.charAt(0).toLocaleUpperCase(words.locale)}${used.slice(1)}`;
}
