import { commonTexts } from '#portal-texts/kit.ts';
import { tenantsTexts } from '#portal-texts/tenants.ts';
import { fill } from '../kit/fill.ts';
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
const perhapsMade = tenantsTexts.noAnswerInTime;

/** The tenants that the operator may come in to. */
export function Tenants() {
  const { session, may } = useScene();
  const [editing, setEditing] = useState<Tenant | 'new'>();
  const [made, setMade] = useState<NewTenant>();
  const canCreate = may('tenants:create');
  useShortcuts(
    tenantsTexts.tenants,
    canCreate ? [{ keys: 'c', words: tenantsTexts.createTitle, run: () => setEditing('new') }] : [],
  );
  return (
    <div className="Page">
      <PageHead title={tenantsTexts.tenants} count={String(session.tenants.length)}>
        {canCreate ? (
          <Button look="main" onClick={() => setEditing('new')}>
            <Plus size={14} aria-hidden />
            {tenantsTexts.create}
          </Button>
        ) : null}
      </PageHead>
      <p className="Faint">{tenantsTexts.text}</p>
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
                <Copyable value={tenant.tenantId} label={fill(tenantsTexts.copyIdOf, { name: tenant.name })} />
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
              <Button
                aria-label={fill(tenantsTexts.renameNamed, { name: tenant.name })}
                onClick={() => setEditing(tenant)}
              >
                {tenantsTexts.rename}
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
        title={fill(tenantsTexts.madeTitle, { name: made?.name ?? '' })}
        text={tenantsTexts.madeText}
        size="large"
      >
        {made === undefined ? null : (
          <>
            <Facts
              of={[
                [tenantsTexts.tenantId, <Copyable key="id" value={made.tenantId} label={tenantsTexts.copyTenantId} />],
                [
                  tenantsTexts.secretKey,
                  <Copyable key="secret" value={made.secretKey} label={tenantsTexts.copySecretKey} />,
                ],
                [
                  tenantsTexts.managementKey,
                  <Copyable key="management" value={made.managementKey} label={tenantsTexts.copyManagementKey} />,
                ],
              ]}
            />
            {made.copied === undefined ? null : <WhatWasCopied copied={made.copied} />}
            <div className="ModalEnd">
              <Button look="main" onClick={() => setMade(undefined)}>
                {tenantsTexts.madeButton}
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
      <h3>{tenantsTexts.copied}</h3>
      <p>{fill(tenantsTexts.copiedCounts, { actions, rules, lists, dataPoints, methods, alerts, endpoints })}</p>
      <h3>{tenantsTexts.toBeDone}</h3>
      <ul className="Steps">
        {withoutCredentials.map(({ verificationMethod, credentials }) => (
          <li key={verificationMethod}>
            {fill(tenantsTexts.enterAgain, {
              method: methodWords(verificationMethod),
              credentials: credentials.join(', '),
            })}
          </li>
        ))}
        {switchedOff.length === 0 ? null : (
          <li>{fill(tenantsTexts.switchedOff, { methods: switchedOff.map(methodWords).join(', ') })}</li>
        )}
        {endpoints === 0 ? null : <li>{tenantsTexts.endpointsPaused}</li>}
        {alerts === 0 ? null : <li>{tenantsTexts.alertsToYou}</li>}
        <li>{tenantsTexts.notCopied}</li>
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
      if (made === undefined) tell(tenantsTexts.renamed, name.trim());
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
      title={tenant === undefined ? tenantsTexts.createTitle : fill(tenantsTexts.renameNamed, { name: tenant.name })}
      text={tenant === undefined ? tenantsTexts.createText : tenantsTexts.renameText}
      initialFocus={first}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setProblem(undefined);
          save.mutate();
        }}
      >
        <Labelled label={tenantsTexts.name}>
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
        <Labelled label={tenantsTexts.purpose} note={tenantsTexts.purposeNote}>
          {(ids) => (
            <select
              {...ids}
              className="Input"
              value={environment}
              onChange={(event) => setEnvironment(event.target.value)}
            >
              <option value="">{tenantsTexts.noPurpose}</option>
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
            <legend className="Legend">{tenantsTexts.configuration}</legend>
            <label className="Check">
              <input type="checkbox" checked={isCopy} onChange={(event) => setCopy(event.target.checked)} />
              {fill(tenantsTexts.copyOf, { name: current.name })}
            </label>
            <p className="Note">{tenantsTexts.copyNote}</p>
            {isCopy ? (
              <label className="Check">
                <input type="checkbox" checked={listItems} onChange={(event) => setListItems(event.target.checked)} />
                {tenantsTexts.withItems}
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
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={save.isPending}>
            {tenant === undefined ? tenantsTexts.create : commonTexts.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
