import { commonTexts } from '#portal-texts/kit.ts';
import { keysTexts } from '#portal-texts/keys.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
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

const kinds = { server: keysTexts.serverKey, management: keysTexts.managementKey } as const;

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
  useShortcuts(keysTexts.apiKeys, mayChange ? [{ keys: 'n', words: keysTexts.newKey, run: () => setNew(true) }] : []);
  const active = data?.filter(isActive) ?? [];
  const ended = data?.filter((key) => !isActive(key)) ?? [];
  const isLast = revoking !== undefined && active.filter(({ kind }) => kind === revoking.kind).length === 1;
  return (
    <div className="Page">
      <PageHead
        title={keysTexts.apiKeys}
        count={data === undefined ? undefined : fill(keysTexts.active, { count: active.length })}
      >
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            {keysTexts.newKey}
          </Button>
        ) : null}
      </PageHead>
      <p className="Faint">{fillNodes(keysTexts.text, { tenantId: <code>{tenantId}</code> })}</p>
      {!may('keys:read') ? (
        <Empty icon={<KeyRound size={20} aria-hidden />} title={commonTexts.notForYou}>
          <p>{keysTexts.notForYouText}</p>
        </Empty>
      ) : error !== null && data === undefined ? (
        <Failure error={error} title={keysTexts.keysNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={keysTexts.keysLoading} />
      ) : (
        <>
          {active.length === 0 ? (
            <Empty icon={<KeyRound size={20} aria-hidden />} title={keysTexts.none}>
              <p>{keysTexts.noneText}</p>
            </Empty>
          ) : (
            <ul className="Things">
              {active.map((key) => (
                <KeyLine key={key.keyId} apiKey={key}>
                  {mayChange ? (
                    <Button
                      aria-label={fill(keysTexts.revokeNamed, { name: key.name })}
                      onClick={() => setRevoking(key)}
                    >
                      {keysTexts.revoke}
                    </Button>
                  ) : null}
                </KeyLine>
              ))}
            </ul>
          )}
          {ended.length === 0 ? null : (
            <details>
              <summary>{fill(keysTexts.inactive, { count: ended.length })}</summary>
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
          text={keysTexts.madeText}
          size="large"
        >
          <div className="Secret">
            <Copyable value={made.key} label={keysTexts.copyKey} />
          </div>
          <div className="ModalEnd">
            <Button look="main" onClick={() => setMade(undefined)}>
              {keysTexts.madeButton}
            </Button>
          </div>
        </Modal>
      )}
      {revoking === undefined ? null : (
        <Confirm
          title={fill(keysTexts.revokeTitle, { name: revoking.name })}
          text={[
            keysTexts.revokeText,
            ...(revoking.kind === 'server' ? [keysTexts.revokeServerText] : []),
            ...(isLast ? [keysTexts.lastActive[revoking.kind]] : []),
          ].join(' ')}
          words={keysTexts.revoke}
          run={() => portal('DELETE', `/api-keys/${encodeURIComponent(revoking.keyId)}`)}
          done={() => {
            tell(keysTexts.keyRevoked, revoking.name);
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
        {lastUsedAt === undefined
          ? fillNodes(keysTexts.made, { madeAt: <Time at={createdAt} isRelative /> })
          : fillNodes(keysTexts.madeAndUsed, {
              madeAt: <Time at={createdAt} isRelative />,
              usedAt: <Time at={lastUsedAt} isRelative />,
            })}
      </span>
      <span className="Faint ThingNote">
        {revokedAt !== undefined ? (
          <>{fillNodes(keysTexts.revoked, { revokedAt: <Time at={revokedAt} isRelative /> })}</>
        ) : expiresAt === undefined ? (
          keysTexts.doesNotEnd
        ) : (
          <>
            {fillNodes(new Date(expiresAt).getTime() > Date.now() ? keysTexts.ends : keysTexts.ended, {
              expiresAt: <Time at={expiresAt} isRelative />,
            })}
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
    <Modal isOpen close={close} title={keysTexts.newKey} text={keysTexts.newText} initialFocus={first}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <Labelled label={keysTexts.name} note={keysTexts.nameNote}>
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
        <Labelled label={keysTexts.for}>
          {(ids) => (
            <select {...ids} className="Input Select" value={kind} onChange={(event) => setKind(event.target.value)}>
              <option value="server">{keysTexts.forBackend}</option>
              <option value="management">{keysTexts.forScripts}</option>
            </select>
          )}
        </Labelled>
        <Labelled label={keysTexts.endsLabel} note={keysTexts.endsNote}>
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
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            {keysTexts.makeTheKey}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
