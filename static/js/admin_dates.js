// Let the server validate what is typed into a date field: the picker would silently turn 31/11 into 01/12, and any
// text that it does not understand into today.
window.jQuery.fn.datetimepicker.defaults.validateOnBlur = false;
