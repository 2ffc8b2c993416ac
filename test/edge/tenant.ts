import { afterAll, beforeAll } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/index.js';
import { NOON } from '../support/pair.js';
import { makeCertificates, type Certificates } from './certificates.js';
import { startGatewayProcess, startTlsFront, type GatewayProcess } from './fronts.js';
import { scratch, stopAll, type Server } from './servers.js';

/** A sandbox with nginx and TLS in front of it, as clients see a tenant. */
export class Tenant {
  certificates!: Certificates;
  sandbox!: Sandbox;
  nginx!: Server;

  async start(): Promise<void> {
    this.certificates = makeCertificates(scratch());
    await this.startSandbox();
    this.nginx = await startTlsFront(this.sandbox.url, this.certificates.valid);
  }

  async startSandbox(port = 0): Promise<void> {
    this.sandbox = await startSandbox({
      now: () => NOON,
      settings: { tasks: 900, rateLimit: 'off' },
      port,
    });
  }

  /** Stops everything that a suite has started. */
  async stop(): Promise<void> {
    await stopAll();
    await this.sandbox.stop();
  }

  /** Starts a gateway that trusts the tenant's authority. By default, the tenant is its upstream. */
  gatewayWith(environment: Record<string, string> = {}): Promise<GatewayProcess> {
    return startGatewayProcess({
      SAIL_BASE_URL: `https://localhost:${this.nginx.port}`,
      NODE_EXTRA_CA_CERTS: this.certificates.authority,
      ...environment,
    });
  }

  pending(): string[] {
    return this.sandbox
      .tasks()
      .filter(({ completionStatus }) => completionStatus === null)
      .map(({ id }) => id);
  }
}

/** Starts a tenant for the tests of a file. */
export function useTenant(): Tenant {
  const tenant = new Tenant();
  beforeAll(() => tenant.start());
  afterAll(() => tenant.stop());
  return tenant;
}

/** Starts a gateway for the tests of one block, so that their failures don't open the circuit of other tests. */
export function useGateway(tenant: Tenant): { url: string; log: () => string } {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    tenant.sandbox.reset();
    gateway = await tenant.gatewayWith();
  });
  afterAll(() => gateway.stop());
  return {
    get url() {
      return gateway.url;
    },
    log: () => gateway.process.err(),
  };
}
