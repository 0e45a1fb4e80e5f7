/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $TypeError = $util.global.TypeError, $Number = $util.global.Number, $parseInt = $util.global.parseInt, $Array = $util.global.Array, $String = $util.global.String, $Boolean = $util.global.Boolean, $BigInt = $util.global.BigInt;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const skep = $root.skep = (() => {

    /**
     * Namespace skep.
     * @exports skep
     * @namespace
     */
    const skep = {};

    skep.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof skep
         * @namespace
         */
        const v1 = {};

        v1.Probe = (function() {

            /**
             * Properties of a Probe.
             * @typedef {Object} skep.v1.Probe.$Properties
             * @property {number|Long|null} [id] Probe id
             * @property {number|Long|null} [term] Probe term
             * @property {Array.<string>|null} [names] Probe names
             * @property {skep.v1.Probe.$Properties|null} [inner] Probe inner
             * @property {Object.<string,string>|null} [labels] Probe labels
             * @property {Uint8Array|null} [data] Probe data
             * @property {boolean|null} [on] Probe on
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Probe.
             * @memberof skep.v1
             * @interface IProbe
             * @augments skep.v1.Probe.$Properties
             * @deprecated Use skep.v1.Probe.$Properties instead.
             */

            /**
             * Shape of a Probe.
             * @typedef {skep.v1.Probe.$Properties} skep.v1.Probe.$Shape
             */

            /**
             * Constructs a new Probe.
             * @memberof skep.v1
             * @classdesc Represents a Probe.
             * @constructor
             * @param {skep.v1.Probe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Probe = function (properties) {
                this.names = [];
                this.labels = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Probe id.
             * @member {number|Long} id
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Probe term.
             * @member {number|Long|null|undefined} term
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.term = null;

            /**
             * Probe names.
             * @member {Array.<string>} names
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.names = $util.emptyArray;

            /**
             * Probe inner.
             * @member {skep.v1.Probe.$Properties|null|undefined} inner
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.inner = null;

            /**
             * Probe labels.
             * @member {Object.<string,string>} labels
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.labels = $util.emptyObject;

            /**
             * Probe data.
             * @member {Uint8Array} data
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.data = $util.newBuffer([]);

            /**
             * Probe on.
             * @member {boolean|null|undefined} on
             * @memberof skep.v1.Probe
             * @instance
             */
            Probe.prototype.on = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Probe.prototype, "_term", {
                get: $util.oneOfGetter($oneOfFields = ["term"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Probe.prototype, "_on", {
                get: $util.oneOfGetter($oneOfFields = ["on"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new Probe instance using the specified properties.
             * @function create
             * @memberof skep.v1.Probe
             * @static
             * @param {skep.v1.Probe.$Properties=} [properties] Properties to set
             * @returns {skep.v1.Probe} Probe instance
             * @type {{
             *   (properties: skep.v1.Probe.$Shape): skep.v1.Probe & skep.v1.Probe.$Shape;
             *   (properties?: skep.v1.Probe.$Properties): skep.v1.Probe;
             * }}
             */
            Probe.create = function(properties) {
                return new Probe(properties);
            };

            /**
             * Encodes the specified Probe message. Does not implicitly {@link skep.v1.Probe.verify|verify} messages.
             * @function encode
             * @memberof skep.v1.Probe
             * @static
             * @param {skep.v1.Probe.$Properties} message Probe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Probe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term"))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.term);
                if (message.names != null && message.names.length)
                    for (let i = 0; i < message.names.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.names[i]);
                if (message.inner != null && $Object.hasOwnProperty.call(message, "inner"))
                    $root.skep.v1.Probe.encode(message.inner, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.labels != null && $Object.hasOwnProperty.call(message, "labels"))
                    for (let keys = $Object.keys(message.labels), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.labels[keys[i]]).ldelim();
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.data);
                if (message.on != null && $Object.hasOwnProperty.call(message, "on"))
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.on);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @function decode
             * @memberof skep.v1.Probe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skep.v1.Probe & skep.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Probe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skep.v1.Probe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.term = reader.uint64();
                            message._term = "term";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.names && message.names.length))
                                message.names = [];
                            message.names.push(reader.stringVerify());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.inner = $root.skep.v1.Probe.decode(reader, reader.size(), $undefined, _depth + 1, message.inner);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (message.labels === $util.emptyObject)
                                message.labels = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.labels, key);
                            message.labels[key] = value;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.on = reader.bool();
                            message._on = "on";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Creates a Probe message from a plain object. Also converts values to their respective internal types.
             * @function fromObject
             * @memberof skep.v1.Probe
             * @static
             * @param {Object.<string,*>} object Plain object
             * @returns {skep.v1.Probe} Probe
             */
            Probe.fromObject = function (object, _depth) {
                if (object instanceof $root.skep.v1.Probe)
                    return object;
                if (!$util.isObject(object))
                    throw $TypeError(".skep.v1.Probe: object expected");
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let message = new $root.skep.v1.Probe();
                if (object.id != null)
                    if (typeof object.id === "object" ? object.id.low || object.id.high : $Number(object.id) !== 0)
                        if ($util.Long)
                            message.id = $util.Long.fromValue(object.id, true);
                        else if (typeof object.id === "string")
                            message.id = $parseInt(object.id, 10);
                        else if (typeof object.id === "number")
                            message.id = object.id;
                        else if (typeof object.id === "object")
                            message.id = new $util.LongBits(object.id.low >>> 0, object.id.high >>> 0).toNumber(true);
                if (object.term != null)
                    if ($util.Long)
                        message.term = $util.Long.fromValue(object.term, true);
                    else if (typeof object.term === "string")
                        message.term = $parseInt(object.term, 10);
                    else if (typeof object.term === "number")
                        message.term = object.term;
                    else if (typeof object.term === "object")
                        message.term = new $util.LongBits(object.term.low >>> 0, object.term.high >>> 0).toNumber(true);
                if (object.names) {
                    if (!$Array.isArray(object.names))
                        throw $TypeError(".skep.v1.Probe.names: array expected");
                    message.names = $Array(object.names.length);
                    for (let i = 0; i < object.names.length; ++i)
                        message.names[i] = $String(object.names[i]);
                }
                if (object.inner != null) {
                    if (!$util.isObject(object.inner))
                        throw $TypeError(".skep.v1.Probe.inner: object expected");
                    message.inner = $root.skep.v1.Probe.fromObject(object.inner, _depth + 1);
                }
                if (object.labels) {
                    if (!$util.isObject(object.labels))
                        throw $TypeError(".skep.v1.Probe.labels: object expected");
                    message.labels = {};
                    for (let keys = $Object.keys(object.labels), i = 0; i < keys.length; ++i) {
                        if (keys[i] === "__proto__")
                            $util.makeProp(message.labels, keys[i]);
                        message.labels[keys[i]] = $String(object.labels[keys[i]]);
                    }
                }
                if (object.data != null)
                    if (object.data.length)
                        if (typeof object.data === "string")
                            $util.base64.decode(object.data, message.data = $util.newBuffer($util.base64.length(object.data)), 0);
                        else if (object.data.length >= 0)
                            message.data = object.data;
                if (object.on != null)
                    message.on = $Boolean(object.on);
                return message;
            };

            /**
             * Creates a plain object from a Probe message. Also converts values to other types if specified.
             * @function toObject
             * @memberof skep.v1.Probe
             * @static
             * @param {skep.v1.Probe} message Probe
             * @param {$protobuf.IConversionOptions} [options] Conversion options
             * @returns {Object.<string,*>} Plain object
             */
            Probe.toObject = function (message, options, _depth) {
                if (!options)
                    options = {};
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                let object = {};
                if (options.arrays || options.defaults)
                    object.names = [];
                if (options.objects || options.defaults)
                    object.labels = {};
                if (options.defaults) {
                    if ($util.Long) {
                        let long = new $util.Long(0, 0, true);
                        object.id = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                    } else
                        object.id = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                    object.inner = null;
                    if (options.bytes === $String)
                        object.data = "";
                    else {
                        object.data = [];
                        if (options.bytes !== $Array)
                            object.data = $util.newBuffer(object.data);
                    }
                }
                if (message.id != null && $Object.hasOwnProperty.call(message, "id"))
                    if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                        object.id = typeof message.id === "number" ? $BigInt(message.id) : $util.Long.fromBits(message.id.low >>> 0, message.id.high >>> 0, true).toBigInt();
                    else if (typeof message.id === "number")
                        object.id = options.longs === $String ? $String(message.id) : message.id;
                    else
                        object.id = options.longs === $String ? $util.Long.prototype.toString.call(message.id) : options.longs === $Number ? new $util.LongBits(message.id.low >>> 0, message.id.high >>> 0).toNumber(true) : message.id;
                if (message.term != null && $Object.hasOwnProperty.call(message, "term"))
                    if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                        object.term = typeof message.term === "number" ? $BigInt(message.term) : $util.Long.fromBits(message.term.low >>> 0, message.term.high >>> 0, true).toBigInt();
                    else if (typeof message.term === "number")
                        object.term = options.longs === $String ? $String(message.term) : message.term;
                    else
                        object.term = options.longs === $String ? $util.Long.prototype.toString.call(message.term) : options.longs === $Number ? new $util.LongBits(message.term.low >>> 0, message.term.high >>> 0).toNumber(true) : message.term;
                if (message.names && message.names.length) {
                    object.names = $Array(message.names.length);
                    for (let j = 0; j < message.names.length; ++j)
                        object.names[j] = message.names[j];
                }
                if (message.inner != null && $Object.hasOwnProperty.call(message, "inner"))
                    object.inner = $root.skep.v1.Probe.toObject(message.inner, options, _depth + 1);
                let keys2;
                if (message.labels && (keys2 = $Object.keys(message.labels)).length) {
                    object.labels = {};
                    for (let j = 0; j < keys2.length; ++j) {
                        if (keys2[j] === "__proto__")
                            $util.makeProp(object.labels, keys2[j]);
                        object.labels[keys2[j]] = message.labels[keys2[j]];
                    }
                }
                if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                    object.data = options.bytes === $String ? $util.base64.encode(message.data, 0, message.data.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.data) : message.data;
                if (message.on != null && $Object.hasOwnProperty.call(message, "on"))
                    object.on = message.on;
                return object;
            };

            /**
             * Converts this Probe to JSON.
             * @function toJSON
             * @memberof skep.v1.Probe
             * @instance
             * @returns {Object.<string,*>} JSON object
             */
            Probe.prototype.toJSON = function() {
                return Probe.toObject(this, $protobuf.util.toJSONOptions);
            };

            /**
             * Gets the type url for Probe
             * @function getTypeUrl
             * @memberof skep.v1.Probe
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Probe.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/skep.v1.Probe";
            };

            return Probe;
        })();

        return v1;
    })();

    return skep;
})();

export {
  $root as default
};
