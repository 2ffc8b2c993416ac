// Hive Gateway in front of this subgraph, as docker-compose.yml starts it. Tests run the same settings.
/** @type {Partial<import('@graphql-hive/gateway-runtime').GatewayConfigSupergraph>} */
export const gatewayConfig = {
  propagateHeaders: {
    // SailPoint decides by the caller's token, so it has to come through; nothing else needs to.
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get('authorization');
      return authorization === null ? {} : { authorization };
    },
  },
  // Subscriptions are sent by GET by default, which this subgraph refuses: a form could send it.
  transportEntries: { tasks: { options: { method: 'POST' } } },
  // This subgraph masks what is unexpected itself. A second mask would take the codes that clients go by.
  maskedErrors: false,
};
