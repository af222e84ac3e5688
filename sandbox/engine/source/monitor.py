"""The resource monitor: the gRPC services that a program's SDK talks to while it runs."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc

from sandbox.engine.deploy.default_providers import plugin_inputs
from sandbox.engine.deploy.deployment import Deployment
from sandbox.engine.deploy.registration import Outcome, Read, Registration
from sandbox.engine.errors import EngineError, Stopped, Unsupported
from sandbox.engine.resource import urns
from sandbox.engine.resource.assets import with_hashes
from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import contains_unknown, from_struct, to_struct
from sandbox.engine.source.ancestors import Ancestors
from sandbox.engine.source.goals import goal_of, options_of, source_position
from sandbox.engine.source.transforms import Callback, Callbacks, Options, dependencies_in, with_dependencies
from sandbox.engine.workspace.project import ORGANIZATION

Context = grpc.aio.ServicerContext[Any, Any]
Request = resource_pb2.RegisterResourceRequest

FEATURES = {
    name: getattr(resource_pb2, f"RESOURCE_MONITOR_FEATURE_{feature}")
    for name, feature in {
        "secrets": "SECRETS",
        "resourceReferences": "RESOURCE_REFERENCES",
        "outputValues": "OUTPUT_VALUES",
        "aliasSpecs": "ALIAS_SPECS",
        "replacementTrigger": "REPLACEMENT_TRIGGER",
        "deletedWith": "DELETED_WITH",
        "replaceWith": "REPLACE_WITH",
        "transforms": "TRANSFORMS",
        "invokeTransforms": "INVOKE_TRANSFORMS",
        # Refused by name when they are used: the SDK's own refusal would ask for an update of the pulumi command line.
        "parameterization": "PARAMETERIZATION",
        "resourceHooks": "RESOURCE_HOOKS",
        "errorHooks": "ERROR_HOOKS",
    }.items()
}
"""Under the name of SupportsFeature and the number of GetDeploymentInfo. What is not here the SDK does without."""
RESULTS = {Outcome.SUCCESS: resource_pb2.SUCCESS, Outcome.FAILED: resource_pb2.FAIL, Outcome.SKIPPED: resource_pb2.FAIL}
SHUT_DOWN = "resource monitor shut down"


def _answered(method: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Gives the program an error as the gRPC status that the SDK reports, and nothing once the deployment has stopped."""

    @wraps(method)
    async def answered(self: "Monitor", request: Any, context: Context) -> Any:
        call = asyncio.ensure_future(method(self, request))
        stopped = asyncio.ensure_future(self.stopped.wait())
        await asyncio.wait({call, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not call.done():
            call.cancel()
            await context.abort(grpc.StatusCode.UNAVAILABLE, SHUT_DOWN)
        try:
            return call.result()
        except Stopped:
            # Why has been told. An answer now would be one more error, from the program.
            await self.stopped.wait()
            await context.abort(grpc.StatusCode.UNAVAILABLE, SHUT_DOWN)
        except Unsupported as error:
            self._deployment.refuse(error)
            await self.stopped.wait()
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except EngineError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return answered


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._callbacks = Callbacks()
        self._ancestors = Ancestors()
        self._invoke_transforms: list[Callback] = []
        self.finished = asyncio.Event()
        """The program has said that it wants nothing more."""
        self.released = asyncio.Event()
        """The deployment needs the program no longer."""
        self.stopped = asyncio.Event()

    async def close(self) -> None:
        await self._callbacks.close()

    # the deployment --------------------------------------------------------------------------------------------------

    @_answered
    async def GetDeploymentInfo(self, _request: Empty) -> resource_pb2.DeploymentInfo:  # noqa: N802 - gRPC's name
        deployment = self._deployment
        return resource_pb2.DeploymentInfo(
            project=deployment.project,
            stack=deployment.stack,
            organization=ORGANIZATION,
            config=deployment.configuration.values,
            configSecretKeys=sorted(deployment.configuration.secret_keys),
            dryRun=deployment.preview,
            parallel=deployment.options.parallel,
            supportedFeatures=FEATURES.values(),
        )

    @_answered
    async def SupportsFeature(self, request: Any) -> resource_pb2.SupportsFeatureResponse:  # noqa: N802
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    @_answered
    async def SignalAndWaitForShutdown(self, _request: Empty) -> Empty:  # noqa: N802
        self.finished.set()
        await self.released.wait()
        return Empty()

    # resources -------------------------------------------------------------------------------------------------------

    @_answered
    async def RegisterResource(self, request: Request) -> resource_pb2.RegisterResourceResponse:  # noqa: N802
        _refuse_unsupported(request)
        goal = await self._goal(request)
        answer = await self._deployment.register(Registration(goal))
        state = answer.state
        self._ancestors.add(state.urn, goal, request.transforms)
        outputs = state.outputs if request.custom else {}
        if not request.supportsPartialValues:
            outputs = {key: value for key, value in outputs.items() if not contains_unknown(value)}
        return resource_pb2.RegisterResourceResponse(
            urn=state.urn,
            id=state.id,
            object=to_struct(outputs, keep_secrets=request.acceptSecrets),
            result=RESULTS[answer.outcome],
            unknown=answer.unknown,
        )

    @_answered
    async def ReadResource(self, request: Any) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        provider = request.provider or await self._deployment.default_provider(
            urns.package(request.type), request.version, request.pluginDownloadURL
        )
        inputs = from_struct(request.properties)
        state = ResourceState(
            urn="",
            custom=True,
            external=True,
            id=request.id,
            type=request.type,
            inputs=inputs,
            parent=request.parent,
            dependencies=list(request.dependencies),
            provider=provider,
            additional_secret_outputs=list(request.additionalSecretOutputs),
            source_position=source_position(request.sourcePosition, self._deployment.directory),
        )
        answer = await self._deployment.read(Read(state, request.name))
        self._ancestors.add_read(answer.state.urn, request.parent)
        outputs = to_struct(answer.state.outputs, keep_secrets=request.acceptSecrets)
        return resource_pb2.ReadResourceResponse(urn=answer.state.urn, properties=outputs)

    @_answered
    async def RegisterResourceOutputs(self, request: Any) -> Empty:  # noqa: N802
        outputs = with_hashes(from_struct(request.outputs), self._deployment.program_directory)
        await self._deployment.register_outputs(request.urn, outputs)
        return Empty()

    async def _goal(self, request: Request) -> Goal:
        """The goal after transforms, with a provider; what lies below a component is told of its providers."""
        self._ancestors.inherit(request)
        properties, options, dependencies, needed = await self._transformed(request)
        if not request.custom:
            # The URN is not known before the registration: it is the same function of the request.
            urn = self._deployment.urn(request.parent, request.type, request.name)
            self._ancestors.hand_down(urn, request.parent, options.providers)
        provider = ""
        if request.custom and not urns.is_provider(request.type):
            provider = options.provider or await self._deployment.default_provider(
                urns.package(request.type), options.version, options.plugin_download_url
            )
        inputs = with_hashes(from_struct(properties), self._deployment.program_directory)
        if urns.is_provider(request.type):
            inputs = inputs | plugin_inputs(options.version, options.plugin_download_url)
        return goal_of(
            request,
            options,
            inputs=inputs,
            provider=provider,
            dependencies=list(dependencies),
            property_dependencies={key: list(found) for key, found in needed.items()},
            directory=self._deployment.directory,
        )

    async def _transformed(self, request: Request) -> tuple[Struct, Options, set[str], dict[str, set[str]]]:
        """Properties and options as transforms leave them, and what the resource and each property depend on."""
        properties, dependencies = request.object, set(request.dependencies)
        needed = {key: set(found.urns) for key, found in request.propertyDependencies.items()}
        if not request.propertyDependencies:
            needed = {key: set(dependencies) for key in properties.fields}
        options = options_of(request, self._ancestors.provider_of(request))
        if request.transforms:
            properties = with_dependencies(properties, needed)
        for transform in self._ancestors.transforms_of(request):
            properties, options = await self._callbacks.transform(transform, request, properties, options)
        if request.transforms:
            # As in Pulumi's engine, only a resource's own transforms can change what it depends on.
            needed = {key: set() for key in properties.fields}
            dependencies = set(options.depends_on)
        for key, value in properties.fields.items():
            needed.setdefault(key, set()).update(dependencies_in(value))
            dependencies |= needed[key] if request.transforms else set()
        return properties, options, dependencies, needed

    @_answered
    async def RegisterStackTransform(self, request: Callback) -> Empty:  # noqa: N802
        self._ancestors.stack_transforms.append(request)
        return Empty()

    # functions -------------------------------------------------------------------------------------------------------

    @_answered
    async def Invoke(self, request: Any) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        arguments = request.args
        options = resource_pb2.TransformInvokeOptions(
            provider=request.provider, version=request.version, plugin_download_url=request.pluginDownloadURL
        )
        for transform in self._invoke_transforms:
            arguments, options = await self._callbacks.transform_invoke(transform, request.tok, arguments, options)
        result = await self._deployment.invoke(
            request.tok,
            from_struct(arguments),
            provider=options.provider or self._ancestors.component_provider(request.parent, urns.package(request.tok)),
            version=options.version,
            url=options.plugin_download_url,
        )
        answer = resource_pb2.ResourceInvokeResponse(
            failures=[{"property": failure.property, "reason": failure.reason} for failure in result.failures]
        )
        getattr(answer, "return").CopyFrom(to_struct(result.values))
        return answer

    @_answered
    async def RegisterStackInvokeTransform(self, request: Callback) -> Empty:  # noqa: N802
        self._invoke_transforms.append(request)
        return Empty()

    # refused by name -------------------------------------------------------------------------------------------------

    @_answered
    async def Call(self, request: Any) -> None:  # noqa: N802
        raise Unsupported(f"methods of remote components ({request.tok})")

    @_answered
    async def ExistsResource(self, request: Any) -> None:  # noqa: N802
        raise Unsupported(f"asking whether a resource exists ({request.type})")

    @_answered
    async def RegisterPackage(self, request: Any) -> None:  # noqa: N802
        raise Unsupported(f"parameterized packages ({request.name})")

    @_answered
    async def RegisterResourceHook(self, request: Any) -> None:  # noqa: N802
        raise Unsupported(f"resource hooks ({request.name})")

    @_answered
    async def RegisterErrorHook(self, request: Any) -> None:  # noqa: N802
        raise Unsupported(f"error hooks ({request.name})")


def _refuse_unsupported(request: Request) -> None:
    if request.remote:
        raise Unsupported(f"remote components ({request.type})")
    if request.envVarMappings:
        raise Unsupported(f"env_var_mappings (of {request.name!r})")
    if request.state_migrations:
        raise Unsupported(f"state migrations (on {request.name!r})")
    if request.packageRef:
        raise Unsupported(f"parameterized packages (for {request.name!r})")
    if request.custom and request.type.count(":") != 2:
        raise EngineError(f"the type {request.type!r} of {request.name!r} must have the form package:module:Type")
