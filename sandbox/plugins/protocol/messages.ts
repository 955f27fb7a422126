import messages from "@pulumi/pulumi/proto/provider_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Change, Diff } from "./diff.ts";
import type { CheckFailure } from "./resource.ts";
import { type Plain, type Properties, propertiesFromWire, propertiesToWire } from "./values.ts";

export function properties(wire: structs.Struct | undefined): Properties {
  return propertiesFromWire((wire?.toJavaScript() ?? {}) as { [key: string]: Plain });
}

export function struct(value: Properties): structs.Struct {
  return structs.Struct.fromJavaScript(propertiesToWire(value));
}

export function checkResponse(inputs: Properties, failures: CheckFailure[]): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(struct(inputs));
  response.setFailuresList(failures.map(failureMessage));
  return response;
}

function failureMessage({ property, reason }: CheckFailure): messages.CheckFailure {
  const failure = new messages.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

export function diffResponse(diff: Diff): messages.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(diff.size > 0 ? DIFF_SOME : DIFF_NONE);
  const shown = [...diff].filter(([, change]) => !change.pathless);
  response.setDiffsList(shown.map(([path]) => path));
  response.setReplacesList([...diff].filter(([, change]) => change.replace).map(([path]) => path));
  response.setHasdetaileddiff(true);
  for (const [path, change] of shown) response.getDetaileddiffMap().set(path, changeMessage(change));
  return response;
}

function changeMessage({ kind, replace }: Change): messages.PropertyDiff {
  const kinds = messages.PropertyDiff.Kind;
  const inPlace = { add: kinds.ADD, delete: kinds.DELETE, update: kinds.UPDATE };
  const replacing = { add: kinds.ADD_REPLACE, delete: kinds.DELETE_REPLACE, update: kinds.UPDATE_REPLACE };
  const message = new messages.PropertyDiff();
  message.setKind((replace ? replacing : inPlace)[kind]);
  return message;
}
