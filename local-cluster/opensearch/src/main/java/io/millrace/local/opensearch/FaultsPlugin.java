package io.millrace.local.opensearch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.client.node.NodeClient;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.tasks.Task;

/**
 * Has the node do what a store under faults does: refuse documents of a bulk request as one whose
 * queue is full, and let in only who has a password. {@code POST} {@value #PATH} says which, and is
 * answered with the number of documents that were refused so far.
 */
public final class FaultsPlugin extends Plugin implements ActionPlugin {
  /** Where faults are told. */
  static final String PATH = "/_millrace/faults";

  private static final String HEALTH = "/_cluster/health";
  private static final String ONE_OF = "one_of";
  private static final String USER = "user";
  private static final String PASSWORD = "password";

  private final AtomicLong documents = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile int oneOf;
  private volatile @Nullable String authorization;

  /** Made by the node. */
  public FaultsPlugin() {}

  @Override
  public List<RestHandler> getRestHandlers(
      Settings settings,
      RestController restController,
      ClusterSettings clusterSettings,
      IndexScopedSettings indexScopedSettings,
      SettingsFilter settingsFilter,
      IndexNameExpressionResolver indexNameExpressionResolver,
      Supplier<DiscoveryNodes> nodesInCluster) {
    return List.of(new Told());
  }

  @Override
  public UnaryOperator<RestHandler> getRestHandlerWrapper(ThreadContext threadContext) {
    return Guarded::new;
  }

  @Override
  public List<ActionFilter> getActionFilters() {
    return List.of(new Refusing());
  }

  /** Takes what is told. */
  private final class Told extends BaseRestHandler {
    @Override
    public String getName() {
      return "millrace_faults";
    }

    @Override
    public List<Route> routes() {
      return List.of(new Route(RestRequest.Method.POST, PATH));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      oneOf = request.paramAsInt(ONE_OF, oneOf);
      String user = request.param(USER);
      String password = request.param(PASSWORD);
      if (user != null && password != null) {
        authorization =
            "Basic "
                + Base64.getEncoder()
                    .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
      }
      return channel ->
          channel.sendResponse(new BytesRestResponse(RestStatus.OK, String.valueOf(refused.get())));
    }
  }

  /** Lets in who has the password. */
  private final class Guarded extends RestHandler.Wrapper {
    Guarded(RestHandler guarded) {
      super(guarded);
    }

    @Override
    public void handleRequest(RestRequest request, RestChannel channel, NodeClient client)
        throws Exception {
      String expected = authorization;
      String path = request.rawPath();
      if (expected == null
          || path.equals(PATH)
          || path.equals(HEALTH)
          || expected.equals(request.header("Authorization"))) {
        super.handleRequest(request, channel, client);
      } else {
        channel.sendResponse(new BytesRestResponse(RestStatus.UNAUTHORIZED, "Unauthorized"));
      }
    }
  }

  /** Refuses one document of so many. */
  private final class Refusing implements ActionFilter {
    @Override
    public int order() {
      return 0;
    }

    @Override
    public <Q extends ActionRequest, R extends ActionResponse> void apply(
        Task task,
        String action,
        Q request,
        ActionListener<R> listener,
        ActionFilterChain<Q, R> chain) {
      int every = oneOf;
      if (every == 0 || !action.equals(BulkAction.NAME) || !(request instanceof BulkRequest bulk)) {
        chain.proceed(task, action, request, listener);
        return;
      }
      Map<Integer, DocWriteRequest<?>> taken = take(bulk.requests(), every);
      if (bulk.requests().isEmpty()) {
        answer(listener, new BulkResponse(items(new BulkItemResponse[0], taken), 0));
        return;
      }
      chain.proceed(
          task,
          action,
          request,
          ActionListener.wrap(
              response -> {
                BulkResponse of = (BulkResponse) (ActionResponse) response;
                answer(
                    listener,
                    new BulkResponse(items(of.getItems(), taken), of.getTook().getMillis()));
              },
              listener::onFailure));
    }

    @SuppressWarnings("unchecked") // A bulk request is answered with a bulk response.
    private static <R extends ActionResponse> void answer(
        ActionListener<R> listener, BulkResponse response) {
      listener.onResponse((R) response);
    }

    /** Takes out those that are refused, by their places. */
    private Map<Integer, DocWriteRequest<?>> take(List<DocWriteRequest<?>> requests, int every) {
      Map<Integer, DocWriteRequest<?>> taken = new TreeMap<>();
      int place = 0;
      for (Iterator<DocWriteRequest<?>> each = requests.iterator(); each.hasNext(); place++) {
        DocWriteRequest<?> next = each.next();
        if (documents.incrementAndGet() % every == 0) {
          taken.put(place, next);
          each.remove();
          refused.incrementAndGet();
        }
      }
      return taken;
    }

    private static BulkItemResponse[] items(
        BulkItemResponse[] answered, Map<Integer, DocWriteRequest<?>> taken) {
      List<BulkItemResponse> items = new ArrayList<>(List.of(answered));
      taken.forEach((place, request) -> items.add(place, refusal(place, request)));
      return items.toArray(BulkItemResponse[]::new);
    }

    private static BulkItemResponse refusal(int place, DocWriteRequest<?> request) {
      return new BulkItemResponse(
          place,
          request.opType(),
          new BulkItemResponse.Failure(
              request.index(),
              request.id(),
              new OpenSearchRejectedExecutionException("made to fail")));
    }
  }
}
