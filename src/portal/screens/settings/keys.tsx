import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { ApiKey, MadeKey } from '../../api/types.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Copyable, Empty, Failure, Notice, PageHead, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';

const kinds = { server: 'Server key', management: 'Management key' } as const;

export function Keys() {
  const { tenant, portal, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'keys'],
    queryFn: ({ signal }) => portal<ApiKey[]>('GET', '/api-keys', undefined, signal),
    enabled: may('keys:read'),
  });
  const again = () => void queries.invalidateQueries({ queryKey: [tenantId, 'keys'] });
  const [isNew, setNew] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  const mayChange = may('keys:change');
  useShortcuts('API keys', mayChange ? [{ keys: 'n', words: 'New key', run: () => setNew(true) }] : []);
  const active = data?.filter(isActive) ?? [];
  const ended = data?.filter((key) => !isActive(key)) ?? [];
  const isLast = revoking !== undefined && active.filter(({ kind }) => kind === revoking.kind).length === 1;
  return (
    <div className="Page">
      <PageHead title="API keys" count={data === undefined ? undefined : `${active.length} active`}>
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            New key
          </Button>
        ) : null}
      </PageHead>
      <p className="Faint">
        A server key is for your backend, and signs the webhooks that you receive; a management key is for scripts that
        change the configuration. The tenant’s id, <code>{tenantId}</code>, is not secret: apps and pages use it.
      </p>
      {!may('keys:read') ? (
        <Empty icon={<KeyRound size={20} aria-hidden />} title="You may not see this">
          <p>Admins and auditors see which keys there are.</p>
        </Empty>
      ) : error !== null && data === undefined ? (
        <Failure error={error} what="The keys" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Keys are" />
      ) : (
        <>
          {active.length === 0 ? (
            <Empty icon={<KeyRound size={20} aria-hidden />} title="There is no active key">
              <p>Nothing of yours can call the API. Make a server key for your backend.</p>
            </Empty>
          ) : (
            <ul className="Things">
              {active.map((key) => (
                <KeyLine key={key.keyId} apiKey={key}>
                  {mayChange ? (
                    <Button aria-label={`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
                      Revoke
                    </Button>
                  ) : null}
                </KeyLine>
              ))}
            </ul>
          )}
          {ended.length === 0 ? null : (
            <details>
              <summary>Keys that work no more ({ended.length})</summary>
              <ul className="Things Above">
                {ended.map((key) => (
                  <KeyLine key={key.keyId} apiKey={key} />
                ))}
              </ul>
            </details>
          )}
        </>
      )}
      {isNew ? (
        <NewKey
          close={() => setNew(false)}
          done={(key) => {
            setNew(false);
            setMade(key);
            again();
          }}
        />
      ) : null}
      {made === undefined ? null : (
        <Modal
          isOpen
          close={() => setMade(undefined)}
          title={`${kinds[made.kind]} ${made.name}`}
          text="Copy it now: it is not kept and cannot be shown again."
          size="large"
        >
          <div className="Secret">
            <Copyable value={made.key} label="the key" />
          </div>
          <div className="ModalEnd">
            <Button look="main" onClick={() => setMade(undefined)}>
              I have copied it
            </Button>
          </div>
        </Modal>
      )}
      {revoking === undefined ? null : (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          text={`Whatever uses it can no longer call the API, within seconds.${revoking.kind === 'server' ? ' Webhooks are no longer signed with it.' : ''}${isLast ? ` It is the last active ${kinds[revoking.kind].toLowerCase()}.` : ''}`}
          words="Revoke"
          run={() => portal('DELETE', `/api-keys/${encodeURIComponent(revoking.keyId)}`)}
          done={() => {
            tell('Key revoked', revoking.name);
            setRevoking(undefined);
            again();
          }}
          close={() => setRevoking(undefined)}
        />
      )}
    </div>
  );
}

const isActive = ({ revokedAt, expiresAt }: ApiKey) =>
  revokedAt === undefined && (expiresAt === undefined || new Date(expiresAt).getTime() > Date.now());

function KeyLine({
  apiKey: { name, keyId, kind, createdAt, expiresAt, revokedAt, lastUsedAt },
  children,
}: {
  readonly apiKey: ApiKey;
  readonly children?: ReactNode;
}) {
  return (
    <li>
      <div className="ThingMain ThingStack">
        <strong className="Cut">{name}</strong>
        <span className="Faint Cut">
          <code>{keyId}</code>
        </span>
      </div>
      <Tag tone={kind === 'server' ? 'main' : 'calm'}>{kinds[kind]}</Tag>
      <span className="Faint ThingNote">
        Made <Time at={createdAt} isRelative />
        {lastUsedAt === undefined ? null : (
          <>
            , used <Time at={lastUsedAt} isRelative />
          </>
        )}
      </span>
      <span className="Faint ThingNote">
        {revokedAt !== undefined ? (
          <>
            Revoked <Time at={revokedAt} isRelative />
          </>
        ) : expiresAt === undefined ? (
          'Does not end'
        ) : (
          <>
            {new Date(expiresAt).getTime() > Date.now() ? 'Ends' : 'Ended'} <Time at={expiresAt} isRelative />
          </>
        )}
      </span>
      {children}
    </li>
  );
}

function NewKey({ close, done }: { readonly close: () => void; readonly done: (key: MadeKey) => void }) {
  const { portal } = useScene();
  const [name, setName] = useState('');
  const [kind, setKind] = useState('server');
  const [days, setDays] = useState('');
  const first = useRef<HTMLInputElement>(null);
  const create = useChange(
    () =>
      portal<MadeKey>('POST', '/api-keys', {
        name: name.trim(),
        kind,
        ...(days === '' ? {} : { expiresInDays: Number(days) }),
      }),
    done,
  );
  return (
    <Modal
      isOpen
      close={close}
      title="New key"
      text="Who has a key may do what its API can. The other admins are told by mail."
      initialFocus={first}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <Labelled label="Name" note="What it is for, so that somebody knows later whether it may be revoked.">
          {(ids) => (
            <input
              {...ids}
              ref={first}
              className="Input"
              required
              maxLength={256}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Labelled>
        <Labelled label="For">
          {(ids) => (
            <select {...ids} className="Input Select" value={kind} onChange={(event) => setKind(event.target.value)}>
              <option value="server">Your backend (server key)</option>
              <option value="management">Scripts that configure (management key)</option>
            </select>
          )}
        </Labelled>
        <Labelled label="Ends after days" note="Empty: it works until it is revoked.">
          {(ids) => (
            <input
              {...ids}
              className="Input Input-number"
              type="number"
              min={1}
              max={3650}
              value={days}
              onChange={(event) => setDays(event.target.value)}
            />
          )}
        </Labelled>
        <div role="alert">{create.problem === undefined ? null : <Notice tone="bad">{create.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            Make the key
          </Button>
        </div>
      </form>
    </Modal>
  );
}
