import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { call, CallError, StepUpDeclined } from '../api/call.ts';
import type { NewTenant, Tenant } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import { Button, Copyable, Facts, Notice, PageHead, Tag } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { environmentWords, environments, methodWords, roleWords } from '../kit/words.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';
import { sessionKey } from '../shell/use-session.ts';

/** What is copied may be large. */
const copyTimeoutMs = 5 * 60_000;
const perhapsMade =
  'The server did not answer in time. The tenant may be made all the same: look at the list of tenants in a minute, before you try again. If it is there, make keys in its settings: its first ones were not shown.';

/** The tenants that the operator may come in to. */
export function Tenants() {
  const { session, may } = useScene();
  const [editing, setEditing] = useState<Tenant | 'new'>();
  const [made, setMade] = useState<NewTenant>();
  const canCreate = may('tenants:create');
  useShortcuts('Tenants', canCreate ? [{ keys: 'c', words: 'Create a tenant', run: () => setEditing('new') }] : []);
  return (
    <div className="Page">
      <PageHead title="Tenants" count={String(session.tenants.length)}>
        {canCreate ? (
          <Button look="main" onClick={() => setEditing('new')}>
            <Plus size={14} aria-hidden />
            Create
          </Button>
        ) : null}
      </PageHead>
      <p className="Faint">
        A tenant has its own users, rules, keys and team; tenants see nothing of each other. One for each brand and
        environment keeps tests away from customers.
      </p>
      <ul className="Things">
        {session.tenants.map((tenant) => (
          <li key={tenant.tenantId}>
            <div className="ThingMain ThingStack">
              <strong className="Cut">
                <Link to="/t/$tenantId" params={{ tenantId: tenant.tenantId }}>
                  {tenant.name}
                </Link>
              </strong>
              <span className="Faint">
                <Copyable value={tenant.tenantId} label={`id of ${tenant.name}`} />
              </span>
            </div>
            <span className="Tags">
              {tenant.environment === undefined ? null : (
                <Tag tone={tenant.environment === 'PRODUCTION' ? 'main' : 'calm'}>
                  {environmentWords(tenant.environment)}
                </Tag>
              )}
            </span>
            <span className="Faint ThingNote">{tenant.roles.map(roleWords).join(', ')}</span>
            {tenant.permissions.includes('configuration:change') ? (
              <Button aria-label={`Rename ${tenant.name}`} onClick={() => setEditing(tenant)}>
                Rename
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {editing === undefined ? null : (
        <TenantForm
          tenant={editing === 'new' ? undefined : editing}
          close={() => setEditing(undefined)}
          show={setMade}
        />
      )}
      <Modal
        isOpen={made !== undefined}
        close={() => setMade(undefined)}
        title={`${made?.name ?? ''} is made`}
        text="Copy the keys now: they are not shown again. You are its first admin."
        size="large"
      >
        {made === undefined ? null : (
          <>
            <Facts
              of={[
                ['Tenant id', <Copyable key="id" value={made.tenantId} label="tenant id" />],
                ['Secret key', <Copyable key="secret" value={made.secretKey} label="secret key" />],
                ['Management key', <Copyable key="management" value={made.managementKey} label="management key" />],
              ]}
            />
            {made.copied === undefined ? null : <WhatWasCopied copied={made.copied} />}
            <div className="ModalEnd">
              <Button look="main" onClick={() => setMade(undefined)}>
                I have copied them
              </Button>
            </div>
          </>
        )}
      </Modal>
    </div>
  );
}

function WhatWasCopied({ copied }: { readonly copied: NonNullable<NewTenant['copied']> }) {
  const { actions, rules, lists, dataPoints, methods, alerts, endpoints, withoutCredentials, switchedOff } = copied;
  return (
    <section className="Above">
      <h3>Copied</h3>
      <p>
        {actions} actions with {rules} rules, {lists} lists, {dataPoints} data points, {methods} methods, {alerts}{' '}
        alerts, {endpoints} endpoints.
      </p>
      <h3>To be done</h3>
      <ul className="Steps">
        {withoutCredentials.map(({ verificationMethod, credentials }) => (
          <li key={verificationMethod}>
            {methodWords(verificationMethod)}: enter again {credentials.join(', ')}.
          </li>
        ))}
        {switchedOff.length === 0 ? null : (
          <li>
            Switched off, so that nothing goes by the accounts of the other tenant:{' '}
            {switchedOff.map(methodWords).join(', ')}. Switch each on when a test message arrives.
          </li>
        )}
        {endpoints === 0 ? null : <li>Endpoints are paused: look at their addresses, then resume them.</li>}
        {alerts === 0 ? null : <li>Alerts are mailed to you: add who else is to be told.</li>}
        <li>Keys, members of the team, clients of sessions and users are its own: make or invite them.</li>
      </ul>
    </section>
  );
}

/** Creates a tenant, or gives one another name and label. */
function TenantForm({
  tenant,
  close,
  show,
}: {
  readonly tenant: Tenant | undefined;
  readonly close: () => void;
  readonly show: (made: NewTenant) => void;
}) {
  const { tenant: current } = useScene();
  const queries = useQueryClient();
  const [isCopy, setCopy] = useState(false);
  const [listItems, setListItems] = useState(false);
  const [name, setName] = useState(tenant?.name ?? '');
  const [environment, setEnvironment] = useState<string>(tenant?.environment ?? '');
  const [problem, setProblem] = useState<string>();
  const first = useRef<HTMLInputElement>(null);
  const save = useMutation({
    mutationFn: async () => {
      const trimmed = name.trim();
      if (tenant === undefined) {
        const label = environment === '' ? {} : { environment };
        return call<NewTenant>('POST', '/v1/portal/tenants', {
          tenantId: current.tenantId,
          body: { name: trimmed, ...label, ...(isCopy ? { copy: { listItems } } : {}) },
          timeoutMs: isCopy ? copyTimeoutMs : undefined,
        });
      }
      await call('PATCH', '/v1/management/tenant', {
        tenantId: tenant.tenantId,
        body: { name: trimmed, environment: environment === '' ? null : environment },
      });
      return undefined;
    },
    async onSuccess(made) {
      await queries.invalidateQueries({ queryKey: sessionKey });
      close();
      if (made === undefined) tell('Renamed', name.trim());
      else show(made);
    },
    onError(error) {
      if (error instanceof StepUpDeclined) return;
      // It may be made although no answer came: the list shows it then.
      void queries.invalidateQueries({ queryKey: sessionKey });
      const isUnknown = tenant === undefined && error instanceof CallError && error.code === 'offline';
      setProblem(isUnknown ? perhapsMade : wordsOf(error));
    },
  });
  return (
    <Modal
      isOpen
      close={close}
      title={tenant === undefined ? 'Create a tenant' : `Rename ${tenant.name}`}
      text={
        tenant === undefined
          ? 'It has keys of its own. You become its first admin.'
          : 'Users see the name on the pages and in mail.'
      }
      initialFocus={first}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setProblem(undefined);
          save.mutate();
        }}
      >
        <Labelled label="Name">
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
        <Labelled label="What it is for" note="Only the portal shows it.">
          {(ids) => (
            <select
              {...ids}
              className="Input"
              value={environment}
              onChange={(event) => setEnvironment(event.target.value)}
            >
              <option value="">Not said</option>
              {environments.map((one) => (
                <option key={one} value={one}>
                  {environmentWords(one)}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        {tenant === undefined ? (
          <fieldset className="Form">
            <legend className="Legend">Configuration</legend>
            <label className="Check">
              <input type="checkbox" checked={isCopy} onChange={(event) => setCopy(event.target.checked)} />
              Copy that of {current.name}
            </label>
            <p className="Note">
              Actions with rules, lists, data points, methods, texts, theme, alerts and endpoints. Not copied: users,
              keys, the team, credentials and webhooks of providers. Methods without these are switched off, endpoints
              are paused.
            </p>
            {isCopy ? (
              <label className="Check">
                <input type="checkbox" checked={listItems} onChange={(event) => setListItems(event.target.checked)} />
                With the items of its lists, which can name people
              </label>
            ) : null}
          </fieldset>
        ) : null}
        {problem === undefined ? null : (
          <div role="alert">
            <Notice tone="bad">{problem}</Notice>
          </div>
        )}
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={save.isPending}>
            {tenant === undefined ? 'Create' : 'Save'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
