/**
 * The parts of the Compose specification and of the Kubernetes API that the files in `deploy/` use. Closed: a member
 * that is not here is a spelling mistake, or has to be looked up before it is added.
 */
import { z } from 'zod';

const duration = z.string().regex(/^\d+(?:ms|s|m|h)$/);
const names = z.array(z.string().regex(/^[a-z_]+$/));
const port = z.number().int().min(1).max(65_535);

const composeService = z.strictObject({
  image: z.string().regex(/^[\w./-]+:[\w.-]+$/, 'pinned by a tag'),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  pids_limit: z.number().int().positive().optional(),
  tmpfs: z.array(z.string().startsWith('/')).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
    .optional(),
  environment: z.record(z.string(), z.string()),
  secrets: names,
  volumes: z.array(z.string().regex(/^[a-z]+:\/[\w/]+$/)),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'for this machine only')).optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal('CMD')], z.string()),
      interval: duration,
      timeout: duration,
      retries: z.number().int().positive(),
      start_period: duration,
    })
    .optional(),
  stop_grace_period: duration,
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
});

export const composeFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.strictObject({ postgres: composeService, sallyport: composeService }),
  networks: z.record(
    z.string(),
    z.strictObject({
      ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4(), gateway: z.ipv4() })) }),
    }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string().startsWith('./secrets/') })),
});

const labels = z.strictObject({ 'app.kubernetes.io/name': z.literal('sallyport') });
const metadata = z.strictObject({ name: z.literal('sallyport'), labels });
const selector = z.strictObject({ matchLabels: labels });
const probe = (path: string) =>
  z.strictObject({
    httpGet: z.strictObject({ path: z.literal(path), port: z.literal('http') }),
    periodSeconds: z.number().int().min(1),
    timeoutSeconds: z.number().int().min(1).optional(),
    failureThreshold: z.number().int().min(1),
  });

const container = z.strictObject({
  name: z.string(),
  image: z.string().regex(/:[\w.-]+$/, 'pinned by a tag'),
  envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.literal('sallyport') }) })),
  ports: z.tuple([z.strictObject({ name: z.literal('http'), containerPort: port })]),
  startupProbe: probe('/livez'),
  readinessProbe: probe('/readyz'),
  livenessProbe: probe('/livez'),
  lifecycle: z.strictObject({
    preStop: z.strictObject({
      exec: z.strictObject({ command: z.tuple([z.literal('sleep'), z.string().regex(/^\d+$/)]) }),
    }),
  }),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string().regex(/^\d+m$/), memory: z.string().regex(/^\d+Mi$/) }),
    limits: z.strictObject({ memory: z.string().regex(/^\d+Mi$/) }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string().startsWith('/'), readOnly: z.literal(true).optional() }),
  ),
});

const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.number().int().min(2),
    selector,
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxUnavailable: z.number().int(), maxSurge: z.number().int() }),
    }),
    template: z.strictObject({
      metadata: z.strictObject({ labels }),
      spec: z.strictObject({
        automountServiceAccountToken: z.literal(false),
        // With the links of a Service of this name, SALLYPORT_PORT would get another value.
        enableServiceLinks: z.literal(false),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.number().int().min(1),
          runAsGroup: z.number().int().min(1),
          fsGroup: z.number().int().min(1),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        topologySpreadConstraints: z.array(
          z.strictObject({
            maxSkew: z.number().int().min(1),
            topologyKey: z.string(),
            whenUnsatisfiable: z.enum(['ScheduleAnyway', 'DoNotSchedule']),
            labelSelector: selector,
          }),
        ),
        terminationGracePeriodSeconds: z.number().int(),
        containers: z.tuple([container]),
        volumes: z.array(
          z.union([
            z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: z.string() }) }),
            z.strictObject({
              name: z.string(),
              secret: z.strictObject({ secretName: z.literal('sallyport'), defaultMode: z.literal(0o440) }),
            }),
          ]),
        ),
      }),
    }),
  }),
});

export const kubernetesObjects = z.tuple([
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata,
    data: z.record(z.string().regex(/^[\w.-]+$/), z.string()),
  }),
  deployment,
  z.strictObject({
    apiVersion: z.literal('policy/v1'),
    kind: z.literal('PodDisruptionBudget'),
    metadata,
    spec: z.strictObject({ maxUnavailable: z.number().int().min(1), selector }),
  }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      selector: labels,
      ports: z.tuple([z.strictObject({ name: z.literal('http'), port, targetPort: z.literal('http') })]),
    }),
  }),
]);

export const kubernetesSecret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  type: z.literal('Opaque'),
  stringData: z.record(z.string().regex(/^[\w.-]+$/), z.string()),
});
