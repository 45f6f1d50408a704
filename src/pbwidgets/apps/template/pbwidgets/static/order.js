/* What people do reaches the kernel in the order in which they did it.

   ipywidgets sends one change of a widget at a time: while the kernel has not answered, later changes of that widget
   wait in its model (`_msg_buffer`), and a click on another widget leaves at once. So before any message leaves, what
   other widgets hold back is sent. The kernel takes the messages of one connection in their order; thus nothing
   needs to wait. For the same reason an answer to an older value never replaces a newer one that is on its way.

   `pb.order` tells the other scripts what is on its way:
   `pending()`     messages that the kernel has not finished, each with `model`, `isTyping`, `button`, `since`
   `isSettled()`   nothing is on its way or held back
   `watch(call)`   call after each change of that
   `kernel()`      the connection, once there is one */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};
  const TEXT = new Set(["TextView", "TextareaView", "PasswordView", "ComboboxView"]);
  const holding = new Set();  /* models with a change that waits */
  const sent = new Map();     /* what the kernel has not finished, by message */
  const watchers = [];
  let kernel = null;
  let sender = null;
  let count = 0;
  let restores = () => false;

  const tell = () => { for (const call of watchers) { call(); } };

  pb.order = {
    pending: () => [...sent.values()],
    isSettled: () => sent.size === 0 && holding.size === 0,
    isTyping: () => holding.size > 0 || [...sent.values()].some((item) => item.isTyping),
    watch: (call) => watchers.push(call),
    kernel: () => kernel,
    pressed: null,    /* the button whose click is being handled */
    isLost: false,    /* the kernel ended without an answer */
    isUnsure: false,  /* a click was on its way when the connection broke */
  };

  function release() {
    for (const model of [...holding]) {
      holding.delete(model);
      const state = model._msg_buffer;
      if (state === null || !model.comm) { continue; }
      const callbacks = model._msg_buffer_callbacks;
      model._msg_buffer = model._msg_buffer_callbacks = null;
      model.rememberLastUpdateFor(model.send_sync_message(state, callbacks));
    }
  }

  function send(message, future, what) {
    const id = message.header.msg_id;
    const item = {
      ...what, future, number: ++count, since: performance.now(), button: what.isTyping ? null : pb.order.pressed,
    };
    sent.set(id, item);
    const end = (isLost) => {
      if (!sent.delete(id)) { return; }
      pb.order.isLost = pb.order.isLost || isLost;
      tell();
    };
    future.done.then(() => end(false), () => end(true));
    tell();
  }

  /* a value that came while a newer one of the same field is on its way; the kernel will answer that one, too */
  const isOld = (model, key, than) => Boolean(model._msg_buffer && key in model._msg_buffer)
    || [...sent.values()].some((item) => item.model === model && item.keys.includes(key) && item.number > than);

  function dropOld(model, state, than) {
    for (const key of Object.keys(state)) { if (isOld(model, key, than)) { delete state[key]; } }
  }

  function patchModels(model) {
    let proto = model;
    while (!Object.prototype.hasOwnProperty.call(proto, "send_sync_message")) { proto = Object.getPrototypeOf(proto); }
    if (proto.pbOrdered) { return; }
    proto.pbOrdered = true;
    const { sync, send_sync_message: sendState, send: sendCustom, set_state: setState, _handle_comm_msg: take } = proto;
    const as = (what, call) => { sender = what; try { return call(); } finally { sender = null; } };
    proto.sync = function syncInOrder(...given) {
      const made = sync.apply(this, given);
      if (this._msg_buffer !== null) { holding.add(this); tell(); }
      return made;
    };
    proto.send_sync_message = function sendInOrder(state, callbacks) {
      holding.delete(this);
      const keys = Object.keys(state);
      const isTyping = TEXT.has(this.get("_view_name")) && keys.every((key) => key === "value");
      return as({ model: this, keys, isTyping }, () => sendState.call(this, state, callbacks));
    };
    proto.send = function sendInOrder(...given) {
      return as({ model: this, keys: [], isTyping: false }, () => sendCustom.apply(this, given));
    };
    proto._handle_comm_msg = function takeNewest(message) {
      const data = message.content.data;
      const cause = message.parent_header && sent.get(message.parent_header.msg_id);
      if (data.method === "update" && data.state) { dropOld(this, data.state, cause ? cause.number : 0); }
      return take.call(this, message);
    };
    proto.set_state = function setNewest(state) {
      if (restores()) { dropOld(this, state, 0); }  /* all states are read again after a break */
      return setState.call(this, state);
    };
  }

  /* After a break it is unknown which messages arrived. Values are sent again, which does no harm; they wait in the
     connection, before anything that it will ask. A click is not repeated: whoever clicked is asked to look. */
  function repeat() {
    const changed = new Map();
    const queued = new Set(kernel._pendingMessages.map((message) => message.header.msg_id));
    for (const [id, item] of [...sent]) {
      if (queued.has(id)) { continue; }
      sent.delete(id);
      item.future.dispose();
      if (item.keys.length) { changed.set(item.model, [...(changed.get(item.model) || []), ...item.keys]); }
      else { pb.order.isUnsure = true; }
    }
    for (const [model, keys] of changed) {
      if (!model.comm) { continue; }
      model._pending_msgs = 0;
      const state = Object.fromEntries([...new Set(keys)].map((key) => [key, model.get(key)]));
      model.rememberLastUpdateFor(model.send_sync_message(model.serialize(state), model.callbacks()));
    }
    release();
    tell();
  }

  function connect(manager) {
    kernel = manager.kernel;
    restores = () => manager._kernelRestoreInProgress && sent.size > 0;
    const { register_model: register } = manager;
    manager.register_model = function registerInOrder(id, promise) {
      promise.then(patchModels, () => {});
      return register.call(this, id, promise);
    };
    for (const promise of Object.values(manager._models)) { promise.then(patchModels, () => {}); }
    const toShell = kernel.sendShellMessage;
    kernel.sendShellMessage = function sendInOrder(message, ...rest) {
      const what = sender;
      sender = null;
      if (message.header.msg_type.startsWith("comm_")) { release(); }
      const future = toShell.call(kernel, message, ...rest);
      if (what) { send(message, future, what); }
      return future;
    };
    let was = kernel.connectionStatus;
    kernel.connectionStatusChanged.connect((_, now) => {
      if (was === "connected" && now !== "connected") { repeat(); }
      was = now;
      tell();
    });
    tell();
  }

  /* Voilà's front end puts itself here */
  let app = null;
  Object.defineProperty(window, "jupyterapp", {
    configurable: true,
    get: () => app,
    set: (given) => { app = given; given.widgetManagerPromise.promise.then(connect); },
  });
})();
